namespace SecureStreams.Testing.Time;

/// <summary>A timer of a <see cref="SsVirtualTime"/>. All fields but the constants belong to the provider's lock.</summary>
internal sealed class VirtualTimer(SsVirtualTime provider, TimerCallback callback, object? state) : ITimer
{
    // As the platform's timers do; null when the creator suppressed the flow.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    /// <summary>When it fires next, as elapsed time of the provider; null when disarmed.</summary>
    public TimeSpan? Due { get; set; }

    public TimeSpan Period { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Order of arming, which decides among timers due at the same moment.</summary>
    public long ArmedAs { get; set; }

    public bool IsDisposed { get; set; }

    /// <summary>Callbacks running now; more than one is impossible, since one thread advances.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Completed when the running callback returns, for a disposal that waits for it.</summary>
    public TaskCompletionSource? Idle { get; set; }

    public string Owner { get; } = $"{OwnerType(callback)}.{callback.Method.Name}{(state is null ? "" : $"({state.GetType().Name})")}";

    public bool Change(TimeSpan dueTime, TimeSpan period) => provider.Change(this, dueTime, period);

    public void Dispose() => provider.Remove(this);

    public ValueTask DisposeAsync() => provider.RemoveAsync(this);

    public void Invoke()
    {
        if (_context is null)
            callback(state);
        else
            ExecutionContext.Run(_context, static self => ((VirtualTimer)self!).InvokeDirectly(), this);
    }

    // The class somebody wrote, not the one that the compiler made for a lambda in it.
    private static string? OwnerType(TimerCallback callback)
    {
        var type = callback.Method.DeclaringType;
        while (type is { IsNested: true } && type.Name.StartsWith('<'))
            type = type.DeclaringType;
        return type?.Name;
    }

    private void InvokeDirectly() => callback(state);
}
