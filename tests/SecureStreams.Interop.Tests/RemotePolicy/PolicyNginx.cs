using System.Diagnostics;
using System.Net.Sockets;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.RemotePolicy;

/// <summary>nginx as a server of static policies, on one port however often it is stopped and started.</summary>
internal sealed class PolicyNginx : IAsyncDisposable
{
    // The kernel and a foreign process offer no event to await; this bounds a hang, it does not decide a test.
    private const int Polls = 3000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ss-nginx-policy-");
    private readonly string _program = Peer.Find("nginx") ?? throw Peer.Absent("nginx", "nginx-light");
    private Process? _process;

    public PolicyNginx()
    {
        foreach (var name in new[] { "site", "body", "proxy", "fastcgi", "uwsgi", "scgi" })
            _directory.CreateSubdirectory(name);
        File.WriteAllText(PathOf("nginx.conf"), $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            daemon off;
            worker_processes 1;
            pid {{PathOf("nginx.pid")}};
            error_log {{PathOf("error.log")}} info;
            events { worker_connections 64; }
            http {
                log_format line '$request|$status|$http_if_none_match|$sent_http_etag';
                access_log {{PathOf("access.log")}} line;
                client_body_temp_path {{PathOf("body")}};
                proxy_temp_path {{PathOf("proxy")}};
                fastcgi_temp_path {{PathOf("fastcgi")}};
                uwsgi_temp_path {{PathOf("uwsgi")}};
                scgi_temp_path {{PathOf("scgi")}};
                default_type application/json;
                server {
                    listen 127.0.0.1:{{Port}};
                    root {{PathOf("site")}};
                }
            }
            """);
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>The requests for the policy that are over: status, If-None-Match, ETag.</summary>
    public IReadOnlyList<string[]> Requests
    {
        get
        {
            if (!File.Exists(PathOf("access.log")))
                return [];
            using var reader = new StreamReader(new FileStream(PathOf("access.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line.StartsWith("GET /policy.json ", StringComparison.Ordinal)).Select(static line => line.Split('|')[1..])];
        }
    }

    /// <summary>Publishes as operators should: written beside, then renamed.</summary>
    /// <param name="name">The file.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="minute">When, in minutes after some time: nginx makes ETags of the time in seconds and the length.</param>
    public void Publish(string name, byte[] content, int minute)
    {
        File.WriteAllBytes(PathOf("unfinished"), content);
        File.SetLastWriteTimeUtc(PathOf("unfinished"), new DateTime(2026, 1, 1, 0, minute, 0, DateTimeKind.Utc));
        File.Move(PathOf("unfinished"), Path.Combine(PathOf("site"), name), overwrite: true);
    }

    public async Task StartAsync()
    {
        File.Delete(PathOf("nginx.pid"));
        _process = Process.Start(new ProcessStartInfo(_program, ["-p", _directory.FullName, "-c", PathOf("nginx.conf"), "-e", PathOf("error.log")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await PollAsync(async () =>
        {
            Assert.False(_process.HasExited, "nginx ended.");
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync("127.0.0.1", Port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Waits until so many requests for the policy were logged.</summary>
    public Task WaitForRequestsAsync(int count) => PollAsync(() => Task.FromResult(Requests.Count >= count));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Delete(recursive: true);
    }

    private static async Task PollAsync(Func<Task<bool>> isMet)
    {
        for (var poll = 0; !await isMet(); poll++)
        {
            if (poll == Polls)
                throw new CheckFailedException("nginx does not come to it.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);
}
