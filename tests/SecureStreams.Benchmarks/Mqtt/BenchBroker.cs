using System.Diagnostics;
using System.Globalization;
using SecureStreams.Benchmarks.Measuring;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Benchmarks.Mqtt;

/// <summary>
/// The broker of the MQTT workloads: mosquitto without TLS, access rules, persistence or bounds on what is under way, as it was when libwebsockets was measured. Its log says when
/// a client has come and when all of a client's packets are done with.
/// </summary>
internal sealed class BenchBroker : IServerProbe
{
    private readonly Lock _lock = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ss-bench-");
    private readonly List<(string Line, long At)> _log = [];
    private readonly List<(string Text, TaskCompletionSource<long> Found)> _waiters = [];
    private readonly Process _process;

    public BenchBroker()
    {
        Port = FreePort.Next();
        var configuration = Path.Combine(_directory.FullName, "mosquitto.conf");
        File.WriteAllText(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            {(Environment.IsPrivilegedProcess ? "user root" : "")}
            persistence false
            log_dest stderr
            log_timestamp false
            log_type notice
            log_type information
            log_type subscribe
            max_inflight_messages 0
            max_queued_messages 1000000
            listener {Port} 127.0.0.1
            allow_anonymous true

            """));
        _process = Process.Start(new ProcessStartInfo(Find("mosquitto"), ["-c", configuration]) { RedirectStandardError = true })!;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        _process.ErrorDataReceived += Hear;
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Where files of a run may be.</summary>
    public string Folder => _directory.FullName;

    /// <summary>Waits until it serves.</summary>
    public Task OpenAsync() => WaitAsync(" running");

    /// <summary>Waits for a line of its log that contains <paramref name="text"/>, and gives the time stamp at which it came.</summary>
    public Task<long> WaitAsync(string text)
    {
        lock (_lock)
        {
            foreach (var (line, at) in _log)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                    return Task.FromResult(at);
            }

            var found = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((text, found));
            return found.Task;
        }
    }

    /// <summary>Waits until a client of this id has connected.</summary>
    public Task<long> ConnectedAsync(string id) => WaitAsync($" as {id} ");

    /// <summary>Waits until a client of this id has said goodbye, and so all that it sent before is done with.</summary>
    public Task<long> GoneAsync(string id) => WaitAsync($"Client {id} disconnected.");

    /// <summary>It has one thread, whose time the system counts in nanoseconds.</summary>
    public Task<TimeSpan> CpuAsync() => Task.FromResult(
        TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText($"/proc/{_process.Id}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1000.0));

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        OnExit(null, EventArgs.Empty);
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    /// <summary>The path of a program of mosquitto's.</summary>
    public static string Find(string program) =>
        new[] { "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin" }.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{program} is not installed (Debian packages mosquitto and mosquitto-clients).");

    private void OnExit(object? sender, EventArgs e)
    {
        if (_process.HasExited)
            return;
        _process.Kill();
        _process.WaitForExit();
    }

    private void Hear(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is not { } line)
            return;
        var now = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            _log.Add((line, now));
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (!line.Contains(_waiters[i].Text, StringComparison.Ordinal))
                    continue;
                _waiters[i].Found.TrySetResult(now);
                _waiters.RemoveAt(i);
            }
        }
    }
}
