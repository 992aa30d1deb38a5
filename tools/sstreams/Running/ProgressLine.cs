namespace SecureStreams.Tool.Running;

/// <summary>For a person at a terminal: how far a long transfer is, in one line that is overwritten.</summary>
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
        while (await _timer.WaitForNextTickAsync())
        {
            var received = handler.Received;

            // Payload on the same screen is progress enough, and a status line would tear it.
            if (received > 0 && !System.Console.IsOutputRedirected)
                errors.EndStatus();
            else if (received > 0)
                errors.Status($"received {Wording.Bytes(received)}");
            else if (body.Sent > 0)
                errors.Status($"sent {Wording.Bytes(body.Sent)}{(body.Length is { } length ? $" of {Wording.Bytes(length)}" : "")}");
        }
    }
}
