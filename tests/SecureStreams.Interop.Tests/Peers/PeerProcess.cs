using System.Diagnostics;
using System.Text.Json;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Peers;

/// <summary>A program of somebody else as a child process that says what happens in lines of JSON, each with an <c>event</c>; killed at the end.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<JsonElement> _events = [];
    private readonly List<string> _errors = [];
    private readonly List<(Func<JsonElement, bool> IsWanted, TaskCompletionSource<JsonElement> Found)> _waiters = [];
    private readonly Process _process;
    private readonly Task _reading;
    private int _disposed;

    private PeerProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadEventsAsync(), ReadErrorsAsync());
    }

    /// <summary>Starts one.</summary>
    public static PeerProcess Start(string program, params string[] arguments) => new(Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!);

    /// <summary>The first event, past or to come, of this name for which <paramref name="isWanted"/> holds.</summary>
    public async Task<JsonElement> WaitForAsync(string name, Func<JsonElement, bool>? isWanted = null)
    {
        var found = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool IsIt(JsonElement one) => one.GetProperty("event").GetString() == name && (isWanted is null || isWanted(one));
        lock (_lock)
        {
            var past = _events.FirstOrDefault(IsIt);
            if (past.ValueKind != JsonValueKind.Undefined)
                return past;
            _waiters.Add((IsIt, found));
        }

        return await found.Task.OrFail(Describe);
    }

    /// <summary>The events of this name so far.</summary>
    public IReadOnlyList<JsonElement> Events(string name)
    {
        lock (_lock)
            return [.. _events.Where(one => one.GetProperty("event").GetString() == name)];
    }

    /// <summary>Writes a line to its standard input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>What it said, for messages.</summary>
    public string Describe()
    {
        lock (_lock)
            return $"The peer said:\n{string.Join('\n', _events.TakeLast(20).Select(static one => one.GetRawText()))}\n{string.Join('\n', _errors.TakeLast(20))}";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadEventsAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            var one = document.RootElement.Clone();
            lock (_lock)
            {
                _events.Add(one);
                foreach (var waiter in _waiters.Where(waiter => waiter.IsWanted(one)).ToArray())
                {
                    waiter.Found.TrySetResult(one);
                    _waiters.Remove(waiter);
                }
            }
        }

        lock (_lock)
        {
            foreach (var (_, found) in _waiters)
                found.TrySetException(new CheckFailedException("The peer has ended. " + string.Join('\n', _errors)));
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_lock)
                _errors.Add(line);
        }
    }
}
