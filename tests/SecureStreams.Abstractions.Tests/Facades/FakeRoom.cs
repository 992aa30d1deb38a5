using SecureStreams.Implementation;

namespace SecureStreams.Abstractions.Tests.Facades;

/// <summary>Room for some pieces of bounded size.</summary>
internal sealed class FakeRoom : SsTransmitBuffer
{
    private byte[] _room = [];
    private int _left;
    private long _number;
    private bool _isOpen;
    private bool _wasOpen;

    public List<(byte[] Bytes, SsTxFlags Flags)> Committed { get; } = [];

    /// <summary>Whether messages have numbers.</summary>
    public bool Numbers { get; set; }

    public override long MessageNumber => !Numbers ? 0 : _isOpen ? _number : _number + 1;

    public override bool IsMessageOpen => _wasOpen;

    public override bool MoreRoom => _left > 0;

    public void Open(int pieces, int size)
    {
        Committed.Clear();
        _left = pieces;
        _wasOpen = _isOpen;
        if (_room.Length != size)
            _room = new byte[size];
    }

    public override Span<byte> GetSpan() => _left > 0 ? _room : [];

    public override void Advance(int bytes, SsTxFlags flags)
    {
        Committed.Add((_room[..bytes], flags));
        if (!_isOpen)
            _number++;
        _isOpen = (flags & SsTxFlags.EndOfMessage) == 0;
        _left--;
    }
}
