namespace SecureStreams.Codecs.Http;

/// <summary>Takes the framing off the body of an HTTP/1.1 response, however it is cut. A body whose chunks make no sense ends there.</summary>
/// <param name="length">How it ends.</param>
public sealed class HttpBodyReader(HttpBodyLength length)
{
    private const int MaxLineBytes = 256; // Of a chunk's head or a trailer: sizes are short, and extensions are nobody's business.

    private Step _step = length.IsChunked ? Step.Size : Step.Data;
    private long _left = length.IsChunked ? 0 : length.Bytes ?? long.MaxValue;
    private int _lineBytes;
    private bool _inDigits = true;

    private enum Step
    {
        Size,
        Data,
        AfterData,
        Trailer,
        Over,
    }

    /// <summary>Whether the body is over, or cannot be told from what surrounds it.</summary>
    public bool IsOver => _step == Step.Over || (!length.IsChunked && _left == 0);

    /// <summary>Takes the next stretch of the body off <paramref name="input"/>; an empty one means that the input is used up or the body over.</summary>
    /// <param name="input">What arrived; is shortened by what was taken.</param>
    public ReadOnlySpan<byte> Read(ref ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty && !IsOver)
        {
            if (_step == Step.Data)
            {
                var take = (int)Math.Min(_left, input.Length);
                var data = input[..take];
                input = input[take..];
                if (length.IsChunked || length.Bytes is not null)
                    _left -= take;
                if (_left == 0 && length.IsChunked)
                    _step = Step.AfterData;
                return data;
            }

            var one = input[0];
            input = input[1..];
            Take(one);
        }

        return default;
    }

    private void Take(byte one)
    {
        if (++_lineBytes > MaxLineBytes)
        {
            _step = Step.Over;
            return;
        }

        if (one == '\r')
            return;
        switch (_step)
        {
            case Step.Size when one == '\n':
                _step = _lineBytes <= 2 ? Step.Over : _left == 0 ? Step.Trailer : Step.Data;
                NewLine();
                break;
            case Step.Size:
                Digit(one);
                break;
            case Step.AfterData:
                _step = one == '\n' ? Step.Size : Step.Over;
                _left = 0;
                NewLine();
                break;
            case Step.Trailer when one == '\n':
                _step = _lineBytes <= 2 ? Step.Over : Step.Trailer;
                NewLine();
                break;
        }
    }

    private void Digit(byte one)
    {
        var value = char.IsAsciiHexDigit((char)one) ? Convert.ToInt32(((char)one).ToString(), 16) : -1;
        _inDigits &= value >= 0;
        if (!_inDigits)
            return;
        if (_left > long.MaxValue >> 4)
            _step = Step.Over;
        else
            _left = (_left << 4) + value;
    }

    private void NewLine()
    {
        _lineBytes = 0;
        _inDigits = true;
    }
}
