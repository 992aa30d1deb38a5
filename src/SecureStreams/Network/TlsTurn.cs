namespace SecureStreams.Network;

/// <summary>
/// Keeps a TLS session from being used by two at a time: by the one who reads, between the arrival of bytes and the wait for more, and by the one who says that this side ends.
/// </summary>
/// <remarks>
/// <see cref="System.Net.Security.SslStream"/> holds a lock of its own while it encrypts and decrypts, and none in its <c>ShutdownAsync</c>, while OpenSSL allows one user of a session: an end
/// said while a record was being decrypted could fail, and with it the connection. Nobody waits long for a turn here. A reader waits while a closing record is made; an end that
/// comes while something is read is said by the reader, when it is done.
/// </remarks>
internal sealed class TlsTurn
{
    private const int Free = 0;
    private const int Reading = 1;
    private const int ReadingEndAwaited = 2;
    private const int Ending = 3;

    private int _state;
    private Action? _end;

    /// <summary>Before the session is touched by a reader: a read begins, or bytes have come for one.</summary>
    public void EnterReading()
    {
        if (Interlocked.CompareExchange(ref _state, Reading, Free) == Free)
            return;
        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref _state, Reading, Free) != Free)
            wait.SpinOnce();
    }

    /// <summary>The reader waits for bytes, or has read. Says the end if one was asked for meanwhile.</summary>
    public void LeaveReading()
    {
        if (Interlocked.CompareExchange(ref _state, Free, Reading) == Reading)
            return;
        var end = _end!;
        _end = null;
        try
        {
            end();
        }
        finally
        {
            Volatile.Write(ref _state, Free);
        }
    }

    /// <summary>Has <paramref name="end"/> called when nobody reads: now, or by the reader. At most one is outstanding. It must be quick, and throw nothing.</summary>
    public void End(Action end)
    {
        _end = end;
        var wait = default(SpinWait);
        while (true)
        {
            if (Interlocked.CompareExchange(ref _state, ReadingEndAwaited, Reading) == Reading)
                return;
            if (Interlocked.CompareExchange(ref _state, Ending, Free) == Free)
                break;
            wait.SpinOnce();
        }

        _end = null;
        try
        {
            end();
        }
        finally
        {
            Volatile.Write(ref _state, Free);
        }
    }
}
