using System.Diagnostics;
using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Tests.Context.Files;

/// <summary>Real files, changed in the ways in which editors, packagers and orchestrators change them, told by the system's own notices.</summary>
public sealed class PolicyFileTests
{
    // Without the regular look, so that it is the notices that are tested.
    private static readonly SsPolicyWatchOptions Told = new() { QuietPeriod = TimeSpan.FromMilliseconds(50), PollInterval = Timeout.InfiniteTimeSpan };

    [Fact]
    public async Task Written_in_place()
    {
        await using var bench = await OpenAsync(Told);
        bench.Write(2);
        Assert.True((await bench.NextAsync()).Applied);
        Assert.Equal(2, bench.Port);
        bench.AssertNoMore();
    }

    [Fact]
    public async Task Written_in_pieces_it_is_applied_once_and_never_in_part()
    {
        // Its own clock, so that the pieces are as far apart as they like to be.
        var time = new ManualTimeProvider();
        await using var bench = await OpenAsync(new SsPolicyWatchOptions { PollInterval = Timeout.InfiniteTimeSpan }, time);
        var whole = System.Text.Encoding.UTF8.GetBytes(WatchBench.Policy(2));
        await using (var file = new FileStream(bench.PathOf("policy.json"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
        {
            foreach (var piece in whole.Chunk(16))
            {
                await file.WriteAsync(piece, TestContext.Current.CancellationToken);
                await file.FlushAsync(TestContext.Current.CancellationToken);
                await time.WaitForArmedAsync(TimeSpan.FromMilliseconds(200));
                time.Advance(TimeSpan.FromMilliseconds(150));
            }
        }

        // Whether quiet has been reached at times meanwhile is up to when notices came; what was read then was not whole and was not told.
        var applied = bench.NextAsync();
        await time.AdvanceUntilAsync(applied, static () => TimeSpan.FromDays(1));
        Assert.True((await applied).Applied);
        Assert.Equal(2, bench.Port);
        Assert.Equal(1, bench.Context.PolicyRevision);
        Assert.DoesNotContain(bench.Log.Entries, static entry => entry.Id.Name == "PolicyUpdateRefused");
    }

    [Fact]
    public async Task Renamed_over_as_editors_do()
    {
        await using var bench = await OpenAsync(Told);
        for (var port = 2; port < 6; port++)
        {
            bench.Write("policy.json~", WatchBench.Policy(port));
            File.Move(bench.PathOf("policy.json~"), bench.PathOf("policy.json"), overwrite: true);
            Assert.True((await bench.NextAsync()).Applied);
            Assert.Equal(port, bench.Port);
        }
    }

    [Fact]
    public async Task Deleted_and_made_again()
    {
        await using var bench = await OpenAsync(Told);
        for (var port = 2; port < 6; port++)
        {
            File.Delete(bench.PathOf("policy.json"));
            bench.Write(port);
            Assert.True((await bench.NextAsync()).Applied);
            Assert.Equal(port, bench.Port);
        }

        Assert.DoesNotContain(bench.Log.Entries, static entry => entry.Id.Name == "PolicyFileUnreadable");
    }

    [Fact]
    public async Task Deleted_for_good_what_runs_stays()
    {
        await using var bench = await OpenAsync(Told with { Patience = TimeSpan.FromMilliseconds(50) });
        File.Delete(bench.PathOf("policy.json"));
        Assert.Contains(bench.PathOf("policy.json"), await bench.LineAsync("PolicyFileUnreadable"), StringComparison.Ordinal);
        Assert.Equal((1, 0L), (bench.Port, bench.Context.PolicyRevision));
        bench.Write(3);
        Assert.True((await bench.NextAsync()).Applied);
        Assert.Equal(3, bench.Port);
    }

    [Fact]
    public async Task That_cannot_be_read_what_runs_stays()
    {
        // A folder in its place, which nobody can read as a file: the mode of a file does not keep root from it.
        await using var bench = await OpenAsync(Told with { Patience = TimeSpan.FromMilliseconds(50) });
        File.Delete(bench.PathOf("policy.json"));
        Directory.CreateDirectory(bench.PathOf("policy.json"));
        await bench.LineAsync("PolicyFileUnreadable");
        Assert.Equal((1, 0L), (bench.Port, bench.Context.PolicyRevision));
        Directory.Delete(bench.PathOf("policy.json"));
        bench.Write(3);
        Assert.True((await bench.NextAsync()).Applied);
    }

    [Fact]
    public async Task In_a_folder_whose_link_is_swapped_as_in_a_mounted_config_map()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The swap is made by mv -T, as Linux has it.");
        await using var bench = new WatchBench();
        Publish(bench, 1);
        File.CreateSymbolicLink(bench.PathOf("policy.json"), "..data/policy.json");
        bench.Open(Told);
        await NoticesAsync(bench);
        for (var version = 2; version < 6; version++)
        {
            Publish(bench, version);
            Assert.True((await bench.NextAsync()).Applied);
            Assert.Equal(version, bench.Port);
            Directory.Delete(bench.PathOf($"..{version - 1}"), recursive: true); // As the kubelet does.
        }

        bench.AssertNoMore();
    }

    [Fact]
    public async Task In_a_folder_that_another_takes_the_place_of()
    {
        await using var bench = new WatchBench();
        Directory.CreateDirectory(bench.PathOf("conf"));
        bench.Write("conf/policy.json", WatchBench.Policy(1));
        bench.Open(Told with { PollInterval = TimeSpan.FromMilliseconds(50) }, null, "conf/policy.json");
        for (var port = 2; port < 5; port++)
        {
            Directory.CreateDirectory(bench.PathOf("next"));
            bench.Write("next/policy.json", WatchBench.Policy(port));
            Directory.Move(bench.PathOf("conf"), bench.PathOf($"old{port}"));
            Directory.Move(bench.PathOf("next"), bench.PathOf("conf"));
            await bench.UntilAsync(port);
        }
    }

    [Fact]
    public async Task Rewritten_a_thousand_times_it_is_read_now_and_then_and_ends_as_the_last()
    {
        await using var bench = await OpenAsync(Told with { LongestWait = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromMinutes(5) });
        for (var i = 1; i <= 1000; i++)
            bench.Write(1000 + i);
        var updates = await bench.UntilAsync(2000);
        Assert.All(updates, static update => Assert.True(update.Applied));
        Assert.InRange(updates.Count, 1, 1000);
        Assert.Equal(updates.Count, bench.Context.PolicyRevision);
    }

    [Fact]
    public async Task Rewritten_while_the_context_ends()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var bench = await OpenAsync(Told with { QuietPeriod = TimeSpan.FromMilliseconds(1), LongestWait = TimeSpan.FromMilliseconds(5), PollInterval = TimeSpan.FromMilliseconds(1), Patience = TimeSpan.FromMinutes(5) });
            for (var i = 0; i < 10; i++)
                bench.Write(100 + i);
            await bench.NextAsync();
            await bench.Context.DisposeAsync();
            var revision = bench.Context.PolicyRevision;
            bench.Write(7);
            Assert.Null(bench.Context.PolicyWatch);
            Assert.Equal(revision, bench.Context.PolicyRevision);
            bench.Log.AssertClean();
        }
    }

    [Theory]
    [InlineData("{dir}/policy.json", new[] { "policy.json" })]
    [InlineData("{dir}/link.json", new[] { "link.json", "policy.json" })]
    [InlineData("{dir}/chain/../link.json", new[] { "link.json", "policy.json" })]
    [InlineData("{dir}/chain/policy.json", new[] { "chain", "policy.json" })]
    [InlineData("{dir}/absolute.json", new[] { "absolute.json", "policy.json" })]
    [InlineData("{dir}/loop.json", null)]
    [InlineData("{dir}/none/policy.json", new[] { "policy.json" })]
    public void The_names_on_the_way_to_a_file_are_those_of_its_links_and_its_own(string path, string[]? names)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a right on Windows.");
        var folder = Directory.CreateTempSubdirectory("chain-").FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "link.json"), "./policy.json");
        File.CreateSymbolicLink(Path.Combine(folder, "absolute.json"), Path.Combine(folder, "policy.json"));
        File.CreateSymbolicLink(Path.Combine(folder, "loop.json"), "loop.json");
        Directory.CreateDirectory(Path.Combine(folder, "sub"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "chain"), "sub");
        var found = FileChain.Of(path.Replace("{dir}", folder, StringComparison.Ordinal)).Where(one => one.Folder.StartsWith(folder, StringComparison.Ordinal)).Select(static one => one.Name).ToArray();
        if (names is null)
            Assert.InRange(found.Length, 1, 100);
        else
            Assert.Equal(names, found);
        Directory.Delete(folder, recursive: true);
    }

    private static void Publish(WatchBench bench, int version)
    {
        Directory.CreateDirectory(bench.PathOf($"..{version}"));
        bench.Write($"..{version}/policy.json", WatchBench.Policy(version));
        Directory.CreateSymbolicLink(bench.PathOf("..data_tmp"), $"..{version}");

        // rename(2), which the platform's own moves do not ask for where a folder is meant.
        using var move = Process.Start("mv", ["-T", bench.PathOf("..data_tmp"), bench.PathOf("..data")]);
        move.WaitForExit();
        Assert.Equal(0, move.ExitCode);
    }

    private static async Task<WatchBench> OpenAsync(SsPolicyWatchOptions options, TimeProvider? time = null)
    {
        var bench = new WatchBench();
        bench.Write(1);
        bench.Open(options, time);
        await NoticesAsync(bench);
        return bench;
    }

    private static Task NoticesAsync(WatchBench bench) => bench.Watch.Watched;
}
