using SecureStreams.Tests.Core.RandomLife;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>
/// Random lives on one thread: streams of every kind of policy, applications and peers that do anything at any time, inside callbacks and outside. A life that
/// breaks a rule fails with its seed and its whole story. <c>SS_TEST_LONG=1</c> lives many more; <c>SS_TEST_SEED</c> lives one again.
/// </summary>
public sealed class RandomLifeTests
{
    private const int Lives = 3_000;
    private const int LongLives = 200_000;

    [Fact]
    public Task Whatever_happens_the_rules_of_a_streams_life_hold() => Task.Run(
        static async () =>
        {
            // On the pool, where no synchronization context keeps continuations from running inline.
            if (int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), out var only))
            {
                await LifeWorld.RunAsync(only);
                return;
            }

            var lives = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? LongLives : Lives;
            for (var seed = 0; seed < lives; seed++)
                await LifeWorld.RunAsync(seed);
        },
        TestContext.Current.CancellationToken);
}
