namespace SecureStreams.Tool.Running;

/// <summary>How fast a count of bytes grows: over the last looks at it, so that a transfer that stalls is seen to, and one that stutters still has a figure to read.</summary>
internal sealed class TransferRate(TimeProvider time)
{
    private const int Looks = 4;

    private readonly Queue<(long At, long Bytes)> _looks = new([(time.GetTimestamp(), 0)]);

    /// <summary>Bytes a second.</summary>
    /// <param name="bytes">How many it has come to. Fewer than before are those of another attempt.</param>
    public double Look(long bytes)
    {
        var now = time.GetTimestamp();
        if (_looks.Last().Bytes > bytes)
            _looks.Clear();
        _looks.Enqueue((now, bytes));
        if (_looks.Count > Looks + 1)
            _looks.Dequeue();
        var (since, before) = _looks.Peek();
        var took = time.GetElapsedTime(since, now).TotalSeconds;
        return took > 0 ? (bytes - before) / took : 0;
    }
}
