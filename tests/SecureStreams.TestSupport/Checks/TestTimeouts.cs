using System.Globalization;

namespace SecureStreams.TestSupport.Checks;

/// <summary>
/// The one bound on waiting in tests. It never decides an outcome: it turns a hang into a failure with a message. So it is long, and a slow machine may stretch
/// it with <c>SS_TEST_TIMEOUT_SECONDS</c>.
/// </summary>
public static class TestTimeouts
{
    /// <summary>How long to wait for what must happen.</summary>
    public static TimeSpan Unexpected { get; } = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_TIMEOUT_SECONDS"), CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? seconds : 60);

    /// <summary>Awaits <paramref name="task"/>; when it hangs, fails with the text that <paramref name="describe"/> gives at that moment.</summary>
    public static async Task<T> OrFail<T>(this Task<T> task, Func<string> describe, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(describe);
        var bound = timeout ?? Unexpected;
        try
        {
            return await task.WaitAsync(bound);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new CheckFailedException($"Nothing came within {bound.TotalSeconds:0.###} s. {describe()}");
        }
    }

    /// <summary>As <see cref="OrFail{T}(Task{T}, Func{string}, TimeSpan?)"/>, without a result.</summary>
    public static Task OrFail(this Task task, Func<string> describe, TimeSpan? timeout = null)
    {
        return WithResult().OrFail(describe, timeout);

        async Task<bool> WithResult()
        {
            await task;
            return true;
        }
    }
}
