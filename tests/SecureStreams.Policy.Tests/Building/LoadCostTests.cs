using SecureStreams.Benchmarks.Policies;
using Xunit;

namespace SecureStreams.Policy.Tests.Building;

/// <summary>
/// What a load allocates, by the policy that the benchmark measures: a figure that does not depend on the machine's speed or load. Alone, because other tests would
/// take from the pools what a load has given back.
/// </summary>
[CollectionDefinition(nameof(LoadCostTests), DisableParallelization = true)]
[Collection(nameof(LoadCostTests))]
public sealed class LoadCostTests(ITestOutputHelper output)
{
    private const int BytesPerByte = 6;
    private const double Growth = 4.4;

    /// <summary>After these all that is made once or borrowed from a pool is there.</summary>
    private const int WarmUps = 5;

    /// <summary>A collection may empty the pools at any moment, so that the load after it has to fill them: the least of a few is what a load costs.</summary>
    private const int Loads = 3;

    [Fact]
    public void A_thousand_streamtypes_allocate_at_most_six_bytes_for_each_of_the_text()
    {
        var text = ScalePolicy.ToUtf8(1000);
        var allocated = Measure(text, 1000);
        Assert.True(allocated <= BytesPerByte * (long)text.Length, $"{allocated} bytes were allocated for {text.Length} bytes of text; {BytesPerByte * (long)text.Length} are allowed.");
    }

    [Fact]
    public void Four_times_the_streamtypes_allocate_four_times_the_bytes()
    {
        var small = Measure(ScalePolicy.ToUtf8(1000), 1000);
        var large = Measure(ScalePolicy.ToUtf8(4000), 4000);
        Assert.True(large <= Growth * small, $"{large} bytes were allocated for 4,000 streamtypes, {small} for 1,000; {Growth * small:F0} are allowed.");
    }

    private long Measure(byte[] text, int streamTypes)
    {
        for (var i = 0; i < WarmUps; i++)
            Load(text, streamTypes);
        var least = long.MaxValue;
        for (var i = 0; i < Loads; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var result = PolicyLoader.Load(text, "scale");
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Empty(result.Diagnostics);
        }

        output.WriteLine($"{streamTypes} streamtypes, {text.Length} bytes of text: {least} bytes allocated, {(double)least / text.Length:F2} for each");
        return least;
    }

    /// <summary>A load that has nothing to find, so that it is the whole work that is measured and nothing beside it.</summary>
    private static void Load(byte[] text, int streamTypes)
    {
        var result = PolicyLoader.Load(text, "scale");
        Assert.Empty(result.Diagnostics);
        Assert.Equal(streamTypes, result.Model!.StreamTypes.Count);
    }
}
