using System.Globalization;

namespace SecureStreams.Tool.Benching;

/// <summary>What ends a load before everything is done: <c>--timeout</c>, which counts from the start, or whoever calls <see cref="Set"/>.</summary>
internal sealed class BenchStop : IDisposable
{
    private readonly TaskCompletionSource<string> _why = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;

    /// <param name="timeout">How long; null for no limit.</param>
    public BenchStop(TimeSpan? timeout)
    {
        _source = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, TimeProvider.System);
        _registration = _source.Token.Register(() => Set(string.Create(CultureInfo.InvariantCulture, $"not finished within {timeout!.Value.TotalSeconds} s")));
    }

    /// <summary>Completes when it is to end; says why.</summary>
    public Task<string> Why => _why.Task;

    /// <summary>Ends it. False when it was ended already.</summary>
    public bool Set(string why) => _why.TrySetResult(why);

    /// <summary>Waits for what may block in the system for ever, as opening a pipe does. False when it was ended before: then it is left behind.</summary>
    public async Task<bool> IsDoneInTimeAsync(Task work)
    {
        await Task.WhenAny(work, Why);
        return !Why.IsCompleted;
    }

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
