using System.Diagnostics;
using System.Globalization;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.Interop.Tests.Programs;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Mqtt.Brokers;

/// <summary>
/// The real mosquitto as a child process in a temporary directory of its own. It can be ended in order, killed, and started again on the same ports; its log, one for all
/// its lives, says what it saw.
/// </summary>
internal sealed class MosquittoBroker : IAsyncDisposable
{
    /// <summary>Who may enter <see cref="MosquittoPorts.Guarded"/>: <c>open/#</c> both ways, <c>readonly/#</c>, <c>writeonly/#</c>, nothing else.</summary>
    public const string User = "alice";

    /// <summary>With this.</summary>
    public const string Password = "correct horse: battery";

    private const string Running = " running";

    private readonly Lock _lock = new();
    private readonly List<string> _log = [];
    private readonly List<(Func<string, bool> IsWanted, TaskCompletionSource<string> Found)> _waiters = [];
    private readonly string _program;
    private readonly DirectoryInfo _directory;
    private readonly string _configuration;
    private readonly MosquittoOptions _options;
    private Process? _process;
    private Task _reading = Task.CompletedTask;
    private int _disposed;

    private MosquittoBroker(string program, DirectoryInfo directory, MosquittoPorts ports, MosquittoOptions options)
    {
        _program = program;
        _directory = directory;
        _options = options;
        Ports = ports;
        SocketPath = Path.Combine(directory.FullName, "mqtt.sock");
        _configuration = MosquittoConfiguration.Write(directory.FullName, ports, SocketPath, options);
    }

    /// <summary>Where it listens.</summary>
    public MosquittoPorts Ports { get; }

    /// <summary>The Unix socket where it listens too.</summary>
    public string SocketPath { get; }

    /// <summary>Its process id while it runs.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>What it said so far, in all its lives.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_lock)
                return [.. _log];
        }
    }

    /// <summary>Starts one; ends the test where it is not installed.</summary>
    public static async Task<MosquittoBroker> StartAsync(MosquittoOptions? options = null)
    {
        var program = Peer.Find("mosquitto") ?? throw Peer.Absent("mosquitto", "mosquitto");

        // A port found free may be taken before mosquitto binds it; then, and only then, others are picked.
        for (var attempt = 1; ; attempt++)
        {
            var broker = new MosquittoBroker(program, Directory.CreateTempSubdirectory("ss-mosquitto-"), MosquittoPorts.Pick(), options ?? new());
            try
            {
                await broker.StartAgainAsync();
                return broker;
            }
            catch (CheckFailedException) when (attempt < 3 && broker.Log.Any(static line => line.Contains("Address already in use", StringComparison.Ordinal)))
            {
                await broker.DisposeAsync();
            }
            catch
            {
                await broker.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Starts it again on the same ports, and waits until it serves.</summary>
    public async Task StartAgainAsync()
    {
        int before;
        lock (_lock)
            before = _log.Count;
        string[] command = [.. _options.Inside, _program, "-c", _configuration];
        var process = _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        _reading = ReadAsync(process);

        // It binds all ports before it says so.
        await WaitForLogAsync(static line => line.StartsWith("mosquitto version", StringComparison.Ordinal) && line.EndsWith(Running, StringComparison.Ordinal), before);
    }

    /// <summary>Ends it as a system does (SIGTERM): it says goodbye, and saves what it keeps where it does.</summary>
    public async Task StopAsync()
    {
        await SystemCommand.RunAsync("kill", "-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture));
        await EndedAsync();
    }

    /// <summary>Kills it outright.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await EndedAsync();
    }

    /// <summary>Stops it in the middle of what it does (SIGSTOP): its connections stay, and nothing is answered.</summary>
    public Task FreezeAsync() => SystemCommand.RunAsync("kill", "-STOP", ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Lets it go on.</summary>
    public Task ThawAsync() => SystemCommand.RunAsync("kill", "-CONT", ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Gives <see cref="User"/> another password, without a restart (SIGHUP): who is connected with the old one is cut off.</summary>
    public async Task ChangePasswordAsync(string password)
    {
        var before = Log.Count;
        MosquittoConfiguration.WritePassword(_directory.FullName, password);
        await SystemCommand.RunAsync("kill", "-HUP", ProcessId.ToString(CultureInfo.InvariantCulture));
        await WaitForLogAsync("Reloading config", before);
    }

    /// <summary>The first line, of those so far from <paramref name="from"/> on or to come, for which <paramref name="isWanted"/> holds.</summary>
    public async Task<string> WaitForLogAsync(Func<string, bool> isWanted, int from = 0)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_log.Skip(from).FirstOrDefault(isWanted) is { } past)
                return past;
            _waiters.Add((isWanted, found));
        }

        return await found.Task.OrFail(Describe);
    }

    /// <summary>As <see cref="WaitForLogAsync(Func{string, bool}, int)"/>, for a line that contains <paramref name="text"/>.</summary>
    public Task<string> WaitForLogAsync(string text, int from = 0) => WaitForLogAsync(line => line.Contains(text, StringComparison.Ordinal), from);

    /// <summary>How many lines so far contain <paramref name="text"/>.</summary>
    public int Count(string text) => Log.Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Its last words, for messages.</summary>
    public string Describe() => $"mosquitto said:\n{string.Join('\n', Log.TakeLast(40))}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (_process is { } process)
        {
            if (!process.HasExited)
                process.Kill();
            await EndedAsync();
        }

        _directory.Delete(recursive: true);
    }

    private async Task EndedAsync()
    {
        if (_process is not { } process)
            return;
        await process.WaitForExitAsync().OrFail(Describe);
        await _reading;
        process.Dispose();
        _process = null;
    }

    private async Task ReadAsync(Process process)
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                _log.Add(line);
                foreach (var waiter in _waiters.Where(waiter => waiter.IsWanted(line)).ToArray())
                {
                    waiter.Found.TrySetResult(line);
                    _waiters.Remove(waiter);
                }
            }
        }

        // What has not been said by now never is, unless it is started again; whoever waits across that begins after it.
        lock (_lock)
        {
            foreach (var (_, found) in _waiters)
                found.TrySetException(new CheckFailedException($"mosquitto has ended. {string.Join('\n', _log.TakeLast(40))}"));
            _waiters.Clear();
        }
    }
}
