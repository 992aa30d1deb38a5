using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tool.Tests;

/// <summary>Waits for what nobody tells: what the operating system does with processes.</summary>
internal static class TestPoll
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);

    public static async Task UntilAsync(Func<Task<bool>> isMet, string otherwise)
    {
        for (var waited = TimeSpan.Zero; !await isMet(); waited += Every)
        {
            if (waited > TestTimeouts.Unexpected)
                throw new CheckFailedException(otherwise);
            await Task.Delay(Every, TimeProvider.System);
        }
    }
}
