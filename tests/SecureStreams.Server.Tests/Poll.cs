using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests;

/// <summary>Waits for what nobody tells: counters, and what the operating system does.</summary>
internal static class Poll
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(10);

    public static async Task UntilAsync(Func<bool> isMet, Func<string> describe)
    {
        for (var waited = TimeSpan.Zero; !isMet(); waited += Every)
        {
            if (waited > TestTimeouts.Unexpected)
                throw new CheckFailedException($"It did not come. {describe()}");
            await Task.Delay(Every, TimeProvider.System);
        }
    }
}
