using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Mqtt.Live;

/// <summary>Takes messages that are a number each, hundreds of thousands of them.</summary>
internal sealed class NumberHandler : RecordingHandler
{
    private readonly Lock _gate = new();
    private readonly List<int> _numbers = [];
    private readonly HashSet<int> _distinct = [];
    private readonly StringBuilder _message = new();

    public NumberHandler() => KeepPayload = false;

    /// <summary>All that came, in their order.</summary>
    public IReadOnlyList<int> Numbers
    {
        get
        {
            lock (_gate)
                return [.. _numbers];
        }
    }

    /// <summary>How many came.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _numbers.Count;
        }
    }

    /// <summary>How many came, each counted once.</summary>
    public int DistinctCount
    {
        get
        {
            lock (_gate)
                return _distinct.Count;
        }
    }

    protected override SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (flags.HasFlag(SsRxFlags.StartOfMessage))
            _message.Clear();
        _message.Append(Encoding.ASCII.GetString(payload));
        if (flags.HasFlag(SsRxFlags.EndOfMessage))
        {
            var number = int.Parse(_message.ToString(), CultureInfo.InvariantCulture);
            lock (_gate)
            {
                _numbers.Add(number);
                _distinct.Add(number);
            }
        }

        return base.ReactToReceive(stream, payload, flags);
    }
}
