using SecureStreams.Policy;
using SecureStreams.Simulation.Application;
using SecureStreams.Simulation.Commands;
using SecureStreams.Simulation.Edits;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Tests;

/// <summary>
/// Random edits of the policy under load, beside the faults: nobody loses a connection that the plan did not name, nothing that was acknowledged is lost or comes twice, and in the end
/// everybody is connected under the newest policy. <c>SS_TEST_LONG=1</c> makes ten thousand.
/// </summary>
public class EditTests(ITestOutputHelper output)
{
    private const int EditsOfASeed = 100;

    [Fact]
    public void No_edit_breaks_an_invariant()
    {
        var seeds = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 100 : 5;
        var options = new SimOptions { Seed = 0, Edits = EditsOfASeed };
        var totals = new SeedRunner(options, first: 1, seeds, Environment.ProcessorCount) { StopsAtViolation = true }.Run(TestContext.Current.CancellationToken);

        var text = new StringWriter();
        if (totals.Violations is [var violation, ..])
            ViolationText.Write(text, violation, options);
        totals.Edits.Write(text);
        output.WriteLine($"{text}{totals}");
        Assert.True(totals.Violations.Count == 0, text.ToString());
        Assert.Equal(seeds * EditsOfASeed, totals.Edits.Edits);

        // A storm in which nothing moved would prove nothing.
        Assert.All(Enum.GetValues<EditKind>(), kind => Assert.True(totals.Edits.Of(kind) > 0, $"There was no {kind}."));
        Assert.True(totals.Edits.Replaced > seeds * 10 && totals.Edits.Reconnected > seeds * 10 && totals.Edits.Removed > seeds, text.ToString());
        Assert.True(totals.Acknowledged > seeds * EditsOfASeed, totals.ToString());
        Assert.True(totals.Least.Faults >= 500, totals.ToString());
    }

    [Fact]
    public void Edits_replay_byte_for_byte()
    {
        var options = new SimOptions { Seed = 6, Edits = EditsOfASeed };
        Assert.Equal(SimWorld.Run(options).TraceHash, SimWorld.Run(options).TraceHash);
        Assert.NotEqual(SimWorld.Run(options).TraceHash, SimWorld.Run(options with { Edits = 0 }).TraceHash);
    }

    [Fact]
    public async Task Another_process_makes_the_same_edits()
    {
        var (status, text, errors) = await Programs.RunAsync("--seed", "6", "--edits", "100");
        Assert.True(status == 0, text + errors);
        Assert.Contains($"trace {SimWorld.Run(new SimOptions { Seed = 6, Edits = EditsOfASeed }).TraceHash:x16}", text, StringComparison.Ordinal);
        Assert.Contains("100 edits of the policy: ", text, StringComparison.Ordinal);
        Assert.Contains("disconnects by plan: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_draft_is_the_policy_in_other_words()
    {
        var every = SimPolicy.Every.Model;
        for (var seed = 0; seed < 20; seed++)
        {
            var text = PolicyDraft.Of(every).Write(seed == 0 ? null : new SimRandom((ulong)seed));
            var model = PolicyLoader.Load(System.Text.Encoding.UTF8.GetBytes(text), "draft").Model;
            Assert.NotNull(model);
            Assert.Equal(every.Governor, model.Governor);
            Assert.Equal(every.StreamTypes.Keys.Order(StringComparer.Ordinal), model.StreamTypes.Keys.Order(StringComparer.Ordinal));
            Assert.All(every.StreamTypes, one => Assert.True(one.Value.Equals(model.StreamTypes[one.Key]), $"{one.Key} is another in {text}"));
        }
    }
}
