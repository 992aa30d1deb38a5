using SecureStreams.Implementation;

namespace SecureStreams.TestSupport.Tests.Handlers;

/// <summary>Room for some pieces of bounded size; keeps what was committed.</summary>
internal sealed class FakeTransmitBuffer(int pieceSize, int pieces) : SsTransmitBuffer
{
    private readonly byte[] _room = new byte[pieceSize];
    private int _left = pieces;

    public List<(byte[] Bytes, SsTxFlags Flags)> Committed { get; } = [];

    public override bool MoreRoom => _left > 0;

    public override Span<byte> GetSpan() => _left > 0 ? _room : [];

    public override void Advance(int bytes, SsTxFlags flags)
    {
        Committed.Add((_room[..bytes], flags));
        _left--;
    }
}
