using SecureStreams.Implementation;

namespace SecureStreams.Abstractions.Tests.Facades;

/// <summary>Room for some pieces of bounded size.</summary>
internal sealed class FakeRoom : SsTransmitBuffer
{
    private byte[] _room = [];
    private int _left;

    public List<(byte[] Bytes, SsTxFlags Flags)> Committed { get; } = [];

    public override bool MoreRoom => _left > 0;

    public void Open(int pieces, int size)
    {
        Committed.Clear();
        _left = pieces;
        if (_room.Length != size)
            _room = new byte[size];
    }

    public override Span<byte> GetSpan() => _left > 0 ? _room : [];

    public override void Advance(int bytes, SsTxFlags flags)
    {
        Committed.Add((_room[..bytes], flags));
        _left--;
    }
}
