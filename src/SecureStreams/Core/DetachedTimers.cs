namespace SecureStreams.Core;

/// <summary>Timers that do not carry the execution context of whoever started them: an application's ambient state must not leak into callbacks.</summary>
internal static class DetachedTimers
{
    /// <summary>As <see cref="TimeProvider.CreateTimer"/>, detached.</summary>
    public static ITimer CreateDetachedTimer(this TimeProvider time, TimerCallback callback, object? state, TimeSpan due)
    {
        // The caller may have suppressed the flow already, and suppressing it twice is an error.
        var suppressed = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        try
        {
            return time.CreateTimer(callback, state, due, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            if (suppressed != default)
                suppressed.Undo();
        }
    }
}
