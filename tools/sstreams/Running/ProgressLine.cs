namespace SecureStreams.Tool.Running;

/// <summary>
/// For a person at a terminal: how far a long transfer is both ways, and how fast, in one line that is overwritten. Payload on the same terminal is progress enough, and
/// takes its place (<see cref="LineWriter.StopStatus"/>).
/// </summary>
internal sealed class ProgressLine(LineWriter errors, RequestBody body, RunHandler handler) : IAsyncDisposable
{
    // Short transfers need no progress, and nobody reads faster than this.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly PeriodicTimer _timer = new(Interval, TimeProvider.System);
    private Task _running = Task.CompletedTask;

    /// <summary>Starts, where somebody looks on.</summary>
    public void Start()
    {
        if (errors.IsTerminal)
            _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running;
        errors.EndStatus();
    }

    private async Task RunAsync()
    {
        var (sent, received) = (new TransferRate(TimeProvider.System), new TransferRate(TimeProvider.System));
        while (await _timer.WaitForNextTickAsync())
        {
            var parts = new[] { Sent(sent), Received(received) }.OfType<string>().ToList();
            if (parts.Count > 0)
                errors.Status(string.Join("; ", parts));
        }
    }

    private string? Sent(TransferRate rate)
    {
        var (bytes, isDone) = (body.Sent, body.IsDone);
        var perSecond = rate.Look(bytes);
        if (bytes == 0)
            return null;
        var text = $"sent {Wording.Bytes(bytes)}";
        return isDone ? text : $"{text}{(body.Length is { } length ? $" of {Wording.Bytes(length)}" : "")}, {Wording.Bytes(perSecond)}/s";
    }

    private string? Received(TransferRate rate)
    {
        var bytes = handler.Received;
        var perSecond = rate.Look(bytes);
        return bytes == 0 ? null : $"received {Wording.Bytes(bytes)}, {Wording.Bytes(perSecond)}/s";
    }
}
