using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Nginx;

/// <summary>
/// The real nginx as a child process, with a configuration, certificates, files and logs in a temporary directory of its own.
/// </summary>
/// <remarks>
/// Locations on every port: <c>/static/ten-mib.bin</c> (<see cref="FileSha256"/>), <c>/slow/...</c> (64 KiB/s) and <c>/stalled/...</c> (reset when nothing is taken for 1 s), where there
/// is <c>small.bin</c> too (<see cref="SmallFileSha256"/>), <c>/upload/NAME</c> (PUT stores, then
/// <see cref="UploadPath"/>), <c>/nocontent</c>, <c>/moved</c> to <c>/target</c>, <c>/moved-keeping-method</c>, <c>/loop</c>, <c>/busy</c>, <c>/reset</c> (closes
/// without an answer), <c>/torn</c> (resets without an answer), <c>/seen/...</c> (<see cref="WaitForSeenAsync"/>), anything else 404, and <c>/app/...</c>, passed on unbuffered to an upstream that the test gives.
/// </remarks>
internal sealed class NginxServer : IAsyncDisposable
{
    public const int FileLength = 10 * 1024 * 1024;
    public const int SmallFileLength = 200 * 1024;
    private const int FileSeed = 77;

    // The kernel and a foreign process offer no event to await; 20 ms x 1500 bounds a hang, it does not decide a test.
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);
    private const int Polls = 1500;

    private readonly Process _process;
    private readonly DirectoryInfo _directory;
    private int _disposed;

    private NginxServer(Process process, DirectoryInfo directory, NginxPorts ports)
    {
        _process = process;
        _directory = directory;
        Ports = ports;
    }

    /// <summary>Where it listens.</summary>
    public NginxPorts Ports { get; }

    /// <summary>The SHA-256 of <c>/static/ten-mib.bin</c> in lower-case hex.</summary>
    public static string FileSha256 { get; } = DeterministicBytes.Sha256(FileLength, FileSeed);

    /// <summary>The same of <c>small.bin</c>.</summary>
    public static string SmallFileSha256 { get; } = DeterministicBytes.Sha256(SmallFileLength, FileSeed);

    /// <summary>Starts one.</summary>
    /// <param name="program">The path of nginx.</param>
    /// <param name="upstreamPort">Who answers <c>/app/</c>, in plain HTTP/1.1 on 127.0.0.1.</param>
    public static async Task<NginxServer> StartAsync(string program, int upstreamPort)
    {
        // A port found free may be taken before nginx binds it; then, and only then, others are picked.
        for (var attempt = 1; ; attempt++)
        {
            var directory = Directory.CreateTempSubdirectory("ss-nginx-");
            var ports = NginxPorts.Pick();
            var configuration = NginxConfiguration.Write(directory.FullName, ports, upstreamPort);
            await WriteFileAsync(Path.Combine(directory.FullName, "static", "ten-mib.bin"), FileLength);
            await WriteFileAsync(Path.Combine(directory.FullName, "static", "small.bin"), SmallFileLength);
            var process = Process.Start(new ProcessStartInfo(program, ["-p", directory.FullName, "-c", configuration, "-e", Path.Combine(directory.FullName, "error.log")])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var server = new NginxServer(process, directory, ports);
            if (await server.IsUpAsync())
                return server;

            var errors = server.ErrorLog;
            await server.DisposeAsync();
            if (attempt == 3 || !errors.Contains("Address already in use", StringComparison.Ordinal))
                throw new CheckFailedException($"nginx did not start:\n{errors}");
        }
    }

    /// <summary>The certificate of the authority of most of its ports, as a PEM file.</summary>
    public string AuthorityPath => Path.Combine(_directory.FullName, "trusted.crt");

    /// <summary>What nginx says of itself.</summary>
    public string ErrorLog => Read("error.log");

    /// <summary>The requests that are over, in that order.</summary>
    public IReadOnlyList<NginxLogLine> AccessLog
    {
        get
        {
            // The last line may still be under way.
            var text = Read("access.log");
            return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(NginxLogLine.Parse)];
        }
    }

    /// <summary>Where a body put to <c>/upload/NAME</c> is stored.</summary>
    public string UploadPath(string name) => Path.Combine(_directory.FullName, "upload", name);

    /// <summary>The SHA-256 of a body put to <c>/upload/NAME</c>, in lower-case hex.</summary>
    public async Task<string> UploadSha256Async(string name)
    {
        await using var file = File.OpenRead(UploadPath(name));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }

    /// <summary>Waits until as many requests were logged for which <paramref name="isWanted"/> holds, and returns the first of them.</summary>
    public async Task<NginxLogLine> WaitForLogAsync(Func<NginxLogLine, bool> isWanted, int count = 1)
    {
        IReadOnlyList<NginxLogLine> found = [];
        await PollAsync(() => (found = [.. AccessLog.Where(isWanted)]).Count >= count, () => $"{found.Count} of {count} such requests were logged. Access log:\n{Read("access.log")}");
        return found[0];
    }

    /// <summary>Waits until so many requests were logged of which the URL begins with <paramref name="prefix"/>, which is below <c>/seen/</c>, and returns them.</summary>
    public async Task<IReadOnlyList<NginxSeen>> WaitForSeenAsync(string prefix, int count)
    {
        IReadOnlyList<NginxSeen> found = [];
        await PollAsync(() => (found = SeenLog(prefix)).Count >= count, () => $"{found.Count} of {count} requests to {prefix} were logged. Error log:\n{ErrorLog}");
        return found;
    }

    /// <summary>Kills the worker outright, which resets or cuts all its connections; the master starts another, for which this waits.</summary>
    public async Task KillWorkerAsync()
    {
        var before = Workers();
        foreach (var worker in before)
        {
            using var process = Process.GetProcessById(worker);
            process.Kill();
        }

        await PollAsync(() => Workers().Except(before).Any(), () => $"No new worker came. Error log:\n{ErrorLog}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private static async Task WriteFileAsync(string path, int length)
    {
        await using var file = File.Create(path);
        await using var bytes = DeterministicBytes.Open(length, FileSeed);
        await bytes.CopyToAsync(file);
    }

    private static async Task PollAsync(Func<bool> isMet, Func<string> describe)
    {
        for (var poll = 0; !isMet(); poll++)
        {
            if (poll == Polls)
                throw new CheckFailedException(describe());
            await Task.Delay(PollEvery, TimeProvider.System);
        }
    }

    private async Task<bool> IsUpAsync()
    {
        // nginx binds all ports before it writes its pid file, so one that answers afterwards says that all do.
        await PollAsync(() => _process.HasExited || Read("nginx.pid").Length > 0, () => $"nginx does not come up. Error log:\n{ErrorLog}");
        if (_process.HasExited)
            return false;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", Ports.Http);
        await PollAsync(() => Workers().Length > 0, () => $"nginx starts no worker. Error log:\n{ErrorLog}");
        return true;
    }

    private int[] Workers()
    {
        var children = File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children");
        return [.. children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static id => int.Parse(id, CultureInfo.InvariantCulture))];
    }

    // nginx escapes what would break JSON, and leaves the bytes of other sets of characters as they came.
    private IReadOnlyList<NginxSeen> SeenLog(string prefix)
    {
        var text = Read("seen.log", Encoding.Latin1);
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(NginxSeen.Parse).Where(one => one.Uri.StartsWith(prefix, StringComparison.Ordinal))];
    }

    private string Read(string name, Encoding? encoding = null)
    {
        var path = Path.Combine(_directory.FullName, name);
        if (!File.Exists(path))
            return "";
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), encoding ?? Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
