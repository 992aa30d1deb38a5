using System.Text;

namespace SecureStreams.Tests.EndToEnd;

/// <summary>Answers every write with the same bytes.</summary>
internal sealed class CannedPeer(string answer) : CannedStream
{
    private readonly byte[] _answer = Encoding.ASCII.GetBytes(answer);
    private int _position = answer.Length;

    protected override bool HasMore => _position < _answer.Length;

    protected override void Hear(ReadOnlySpan<byte> bytes)
    {
        // Whatever it is.
    }

    protected override void Answer() => _position = 0;

    protected override int Take(Span<byte> buffer)
    {
        var bytes = Math.Min(buffer.Length, _answer.Length - _position);
        _answer.AsSpan(_position, bytes).CopyTo(buffer);
        _position += bytes;
        return bytes;
    }
}
