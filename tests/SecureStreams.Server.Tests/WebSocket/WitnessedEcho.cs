namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>The echo, and what it was: each message as <c>T</c> or <c>B</c> and its length, and how the stream ended.</summary>
internal sealed class WitnessedEcho : SecureStreamHandler
{
    private readonly MessageEchoHandler _echo = new();
    private readonly TaskCompletionSource<SsCause> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _messages = [];
    private int _length;

    public Task<SsCause> Ended => _ended.Task;

    /// <summary>To be read after <see cref="Ended"/>.</summary>
    public IReadOnlyList<string> Messages => _messages;

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.Disconnected)
            _ended.TrySetResult(change.Cause);
        return _echo.OnState(stream, change);
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _length += payload.Length;
        if (flags.HasFlag(SsRxFlags.EndOfMessage))
        {
            _messages.Add($"{(flags.HasFlag(SsRxFlags.Text) ? 'T' : 'B')}{_length}");
            _length = 0;
        }

        return _echo.OnReceive(stream, payload, flags);
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx) => _echo.OnTransmit(stream, ref tx);
}
