using System.Buffers;

namespace SecureStreams.Codecs.WebSocket.Deflate;

// The blocks of RFC 1951 as a machine that can stop and go on at any bit.
public sealed partial class WebSocketInflater
{
    private const int LengthCodes = 19;
    private const int MostLiterals = 286;
    private const int MostDistances = 30;
    private const int MostLengths = 288 + 32;

    private enum Step
    {
        Header,
        AfterLastBlock,
        StoredLength,
        Stored,
        CodeCounts,
        CodeLengthLengths,
        CodeLengths,
        Symbols,
        Match,
    }

    private Step _step;
    private bool _isLast;
    private bool _hasOwnCodes;
    private int _left;
    private int _distance;

    // While a block with codes of its own is read: the two codes, and the lengths that they are made from.
    private ushort[]? _codes;
    private byte[]? _lengths;
    private int _literals;
    private int _distances;
    private int _lengthCodes;
    private int _read;

    /// <summary>Goes on until input is missing or so many bytes are produced and more would come.</summary>
    private WebSocketInflateStatus Decode(ref InflateBits bits, int room, out int produced)
    {
        produced = 0;
        while (true)
        {
            WebSocketInflateStatus? stop = _step switch
            {
                Step.Header => ReadHeader(ref bits),
                Step.AfterLastBlock => LeaveLastBlock(ref bits),
                Step.StoredLength => ReadStoredLength(ref bits),
                Step.Stored => CopyStored(ref bits, room, ref produced),
                Step.CodeCounts => ReadCodeCounts(ref bits),
                Step.CodeLengthLengths => ReadCodeLengthLengths(ref bits),
                Step.CodeLengths => ReadCodeLengths(ref bits),
                Step.Symbols => ReadSymbols(ref bits, room, ref produced),
                _ => CopyMatch(room, ref produced),
            };
            if (stop is { } status)
                return status;
        }
    }

    private WebSocketInflateStatus? ReadHeader(ref InflateBits bits)
    {
        if (!bits.TryTake(3, out var header))
            return WebSocketInflateStatus.NeedsInput;
        _isLast = (header & 1) != 0;
        switch (header >> 1)
        {
            case 0:
                bits.Align();
                _step = Step.StoredLength;
                return null;
            case 1:
                _hasOwnCodes = false;
                _step = Step.Symbols;
                return null;
            case 2:
                _step = Step.CodeCounts;
                return null;
            default:
                return Fail(WebSocketInflateStatus.Invalid, "A compressed block is of a kind that does not exist");
        }
    }

    /// <summary>What follows a block marked as the last begins with a byte of its own, as if the data began anew (RFC 7692 section 7.2.3.5).</summary>
    private WebSocketInflateStatus? LeaveLastBlock(ref InflateBits bits)
    {
        if (bits.Count == 0)
            bits.Fill();
        if (bits.Count == 0)
            return WebSocketInflateStatus.NeedsInput;
        _step = Step.Header;
        return null;
    }

    private void EndBlock(ref InflateBits bits)
    {
        if (_isLast)
            bits.Align();
        _step = _isLast ? Step.AfterLastBlock : Step.Header;
    }

    private WebSocketInflateStatus? ReadStoredLength(ref InflateBits bits)
    {
        if (bits.Count < 32)
            bits.Fill();
        if (bits.Count < 32)
            return WebSocketInflateStatus.NeedsInput;
        bits.TryTake(16, out var length);
        bits.TryTake(16, out var complement);
        if ((length ^ complement) != 0xFFFF)
            return Fail(WebSocketInflateStatus.Invalid, "The length of a stored block contradicts its check");
        _left = length;
        _step = Step.Stored;
        return null;
    }

    private WebSocketInflateStatus? CopyStored(ref InflateBits bits, int room, ref int produced)
    {
        while (_left > 0)
        {
            if (produced == room)
                return WebSocketInflateStatus.DestinationFull;
            var copied = bits.Copy(_window.AsSpan(_at, Math.Min(Math.Min(_left, room - produced), _mask + 1 - _at)));
            if (copied == 0)
                return WebSocketInflateStatus.NeedsInput;
            _left -= copied;
            Wrote(copied, ref produced);
        }

        EndBlock(ref bits);
        return null;
    }

    private WebSocketInflateStatus? ReadCodeCounts(ref InflateBits bits)
    {
        if (!bits.TryTake(14, out var counts))
            return WebSocketInflateStatus.NeedsInput;
        _literals = (counts & 31) + 257;
        _distances = ((counts >> 5) & 31) + 1;
        _lengthCodes = (counts >> 10) + 4;
        if (_literals > MostLiterals || _distances > MostDistances)
            return Fail(WebSocketInflateStatus.Invalid, "A compressed block has more symbols than there are");
        _codes ??= ArrayPool<ushort>.Shared.Rent(2 * InflateCode.Size);
        _lengths ??= ArrayPool<byte>.Shared.Rent(MostLengths);
        _lengths.AsSpan(0, LengthCodes).Clear();
        _read = 0;
        _step = Step.CodeLengthLengths;
        return null;
    }

    private WebSocketInflateStatus? ReadCodeLengthLengths(ref InflateBits bits)
    {
        for (; _read < _lengthCodes; _read++)
        {
            if (!bits.TryTake(3, out var length))
                return WebSocketInflateStatus.NeedsInput;
            _lengths![InflateTables.LengthOrder[_read]] = (byte)length;
        }

        // The place of the code for distances is free until the lengths are read.
        if (!InflateCode.TryBuild(Distances, _lengths.AsSpan(0, LengthCodes), mayBeSingle: false))
            return Fail(WebSocketInflateStatus.Invalid, "The code of a compressed block is none");
        _read = 0;
        _step = Step.CodeLengths;
        return null;
    }

    private WebSocketInflateStatus? ReadCodeLengths(ref InflateBits bits)
    {
        var lengths = _lengths!;
        var all = _literals + _distances;
        while (_read < all)
        {
            bits.Fill();
            var decoded = InflateCode.Decode(Distances, bits.Bits, bits.Count);
            if (decoded <= 0)
                return decoded == 0 ? WebSocketInflateStatus.NeedsInput : Fail(WebSocketInflateStatus.Invalid, "A compressed block has a code without meaning");
            var (symbol, used) = (decoded >> 4, decoded & 15);
            if (symbol < 16)
            {
                bits.Drop(used);
                lengths[_read++] = (byte)symbol;
                continue;
            }

            var (extra, least) = symbol switch { 16 => (2, 3), 17 => (3, 3), _ => (7, 11) };
            if (bits.Count < used + extra)
                return WebSocketInflateStatus.NeedsInput;
            bits.Drop(used);
            bits.TryTake(extra, out var more);
            var repeat = least + more;
            if (repeat > all - _read || (symbol == 16 && _read == 0))
                return Fail(WebSocketInflateStatus.Invalid, "The code of a compressed block repeats what is not there");
            lengths.AsSpan(_read, repeat).Fill(symbol == 16 ? lengths[_read - 1] : (byte)0);
            _read += repeat;
        }

        if (lengths[InflateTables.EndOfBlock] == 0
            || !InflateCode.TryBuild(Literals, lengths.AsSpan(0, _literals), mayBeSingle: true)
            || !InflateCode.TryBuild(Distances, lengths.AsSpan(_literals, _distances), mayBeSingle: true))
        {
            return Fail(WebSocketInflateStatus.Invalid, "The code of a compressed block is none");
        }

        _hasOwnCodes = true;
        _step = Step.Symbols;
        return null;
    }

    private WebSocketInflateStatus? ReadSymbols(ref InflateBits bits, int room, ref int produced)
    {
        ReadOnlySpan<ushort> literals = _hasOwnCodes ? Literals : InflateTables.FixedLiterals;
        var window = _window!;
        var mask = _mask;
        var at = _at;
        var start = produced;
        WebSocketInflateStatus? stop = null;
        while (true)
        {
            if (bits.Count < 48)
                bits.Fill();
            var decoded = InflateCode.Decode(literals, bits.Bits, bits.Count);
            if (decoded <= 0)
            {
                stop = decoded == 0 ? WebSocketInflateStatus.NeedsInput : Fail(WebSocketInflateStatus.Invalid, "A compressed block has a code without meaning");
                break;
            }

            var symbol = decoded >> 4;
            if (symbol == InflateTables.EndOfBlock)
            {
                bits.Drop(decoded & 15);
                EndBlock(ref bits);
                break;
            }

            if (produced == room)
            {
                stop = WebSocketInflateStatus.DestinationFull;
                break;
            }

            if (symbol > InflateTables.EndOfBlock)
            {
                _known = Math.Min(_known + (produced - start), _mask + 1);
                start = produced;
                stop = ReadMatch(ref bits, symbol - InflateTables.EndOfBlock - 1, decoded & 15);
                if (stop is not null)
                    break;
                _at = at;
                stop = CopyMatch(room, ref produced);
                at = _at;
                start = produced;
                if (stop is not null)
                    return stop;
                continue;
            }

            bits.Drop(decoded & 15);
            window[at] = (byte)symbol;
            at = (at + 1) & mask;
            produced++;
        }

        _at = at;
        _known = Math.Min(_known + (produced - start), _mask + 1);
        return stop;
    }

    /// <summary>Reads what follows the symbol of a length; takes all of it or nothing.</summary>
    private WebSocketInflateStatus? ReadMatch(ref InflateBits bits, int length, int used)
    {
        if (length >= InflateTables.LengthBase.Length)
            return Fail(WebSocketInflateStatus.Invalid, "A compressed block has a length without meaning");
        int lengthExtra = InflateTables.LengthExtra[length];
        var count = bits.Count - used - lengthExtra;
        if (count <= 0)
            return WebSocketInflateStatus.NeedsInput;
        ReadOnlySpan<ushort> distances = _hasOwnCodes ? Distances : InflateTables.FixedDistances;
        var decoded = InflateCode.Decode(distances, bits.Bits >> (used + lengthExtra), count);
        if (decoded <= 0)
            return decoded == 0 ? WebSocketInflateStatus.NeedsInput : Fail(WebSocketInflateStatus.Invalid, "A compressed block has a code without meaning");
        var symbol = decoded >> 4;
        if (symbol >= InflateTables.DistanceBase.Length)
            return Fail(WebSocketInflateStatus.Invalid, "A compressed block has a distance without meaning");
        int distanceExtra = InflateTables.DistanceExtra[symbol];
        if (count < (decoded & 15) + distanceExtra)
            return WebSocketInflateStatus.NeedsInput;

        bits.Drop(used);
        bits.TryTake(lengthExtra, out var more);
        _left = InflateTables.LengthBase[length] + more;
        bits.Drop(decoded & 15);
        bits.TryTake(distanceExtra, out more);
        _distance = InflateTables.DistanceBase[symbol] + more;
        if (_distance > Math.Min(_known, _windowBytes))
            return Fail(WebSocketInflateStatus.Invalid, $"A compressed block refers {_distance} bytes back, where {Math.Min(_known, _windowBytes)} are known");
        return null;
    }

    private WebSocketInflateStatus? CopyMatch(int room, ref int produced)
    {
        var window = _window!;
        var count = Math.Min(_left, room - produced);
        var from = (_at - _distance) & _mask;
        if (_distance >= count && Math.Max(from, _at) + count <= _mask + 1)
        {
            window.AsSpan(from, count).CopyTo(window.AsSpan(_at));
        }
        else
        {
            for (int copied = 0, to = _at; copied < count; copied++)
            {
                window[to] = window[from];
                to = (to + 1) & _mask;
                from = (from + 1) & _mask;
            }
        }

        _left -= count;
        Wrote(count, ref produced);
        _step = _left == 0 ? Step.Symbols : Step.Match;
        return _left == 0 ? null : WebSocketInflateStatus.DestinationFull;
    }

    private void Wrote(int count, ref int produced)
    {
        _at = (_at + count) & _mask;
        _known = Math.Min(_known + count, _mask + 1);
        produced += count;
    }

    private Span<ushort> Literals => _codes.AsSpan(0, InflateCode.Size);

    private Span<ushort> Distances => _codes.AsSpan(InflateCode.Size, InflateCode.Size);

    private void ReturnCodes()
    {
        if (_codes is not null)
            ArrayPool<ushort>.Shared.Return(_codes);
        if (_lengths is not null)
            ArrayPool<byte>.Shared.Return(_lengths);
        (_codes, _lengths) = (null, null);
    }
}
