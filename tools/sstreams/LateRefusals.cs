namespace SecureStreams.Tool;

/// <summary>
/// mqtt with QoS 0: no message is acknowledged, and that one is refused is told after the callback that handed it over. So what was handed over is sent only when no refusal of it can follow any
/// more. On the stream's mailbox.
/// </summary>
internal sealed class LateRefusals
{
    // The first turn comes when the connection has taken all, since no one may send before; what it refuses of it stands in line by then, and is told before the second.
    private const int TurnsNeeded = 2;

    private int _turns;

    /// <summary>Asked at the end of each transmit callback from that on which handed over the last of it.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="hasSent">Whether the callback has handed something over.</param>
    /// <returns>False when it is not known yet: then there will be another callback.</returns>
    public bool AreTold(SecureStream stream, bool hasSent)
    {
        if (hasSent)
            _turns = 0;
        if (_turns == TurnsNeeded)
            return true;
        _turns++;

        // From outside: what is asked for within a callback may be granted before what the callback has sent goes anywhere.
        ThreadPool.UnsafeQueueUserWorkItem(static stream => Ask(stream), stream, preferLocal: false);
        return false;
    }

    private static void Ask(SecureStream stream)
    {
        try
        {
            stream.RequestTransmit();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }
}
