namespace SecureStreams.TestSupport.Tests.Handlers;

/// <summary>A stream that does nothing but be one.</summary>
internal sealed class FakeStream(long id = 1) : SecureStream
{
    public int TransmitRequests { get; private set; }

    public override string StreamType => "fake";

    public override long Id => id;

    public override SsState State => SsState.None;

    public override SsContext Context => throw new NotSupportedException();

    public override object? UserState => null;

    public override SsStreamTraits Traits => throw new NotSupportedException();

    public override long TxQueued => 0;

    public override long EstimatedPeerTxCredit => 0;

    protected override bool IsInCallback => false;

    protected override SecureStreamHandler CurrentHandler => SecureStreamHandler.Idle;

    public override void Connect()
    {
    }

    public override void AddPeerTxCredit(long bytes)
    {
    }

    public override SsExplanation Explain() => throw new NotSupportedException();

    public override void RequestTransmit() => TransmitRequests++;

    public override void RequestTransmit(long length) => TransmitRequests++;

    public override void Disconnect()
    {
    }

    public override void StartTimeout(TimeSpan timeout)
    {
    }

    public override void CancelTimeout()
    {
    }

    public override void PauseReceive()
    {
    }

    public override void ResumeReceive()
    {
    }

    public override void SetMetadata(string name, string value)
    {
    }

    public override void SetMetadata(string name, ReadOnlySpan<byte> value)
    {
    }

    public override string? GetMetadata(string name) => null;

    public override bool TryGetMetadata(string name, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        return false;
    }

    public override ValueTask DisposeAsync() => default;

    protected override void SetHandler(SecureStreamHandler handler)
    {
    }
}
