using System.Text.Json;
using Xunit;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>The laws of differences, on a policy and what overlays make of it.</summary>
public sealed class DiffPropertyTests
{
    [Fact]
    public void A_part_has_changes_exactly_when_the_two_are_not_equal()
    {
        var (changed, same) = (0, 0);
        PropertyRun.AllLayers((lower, first, second) =>
        {
            if (PropertyRun.Load(lower, first).Model is not { } before || PropertyRun.Load(lower, first, second).Model is not { } after)
                return;
            DiffLaws.Check(before, after);
            var streams = PolicyDiff.Between(before, after)[PolicySection.StreamTypes];
            changed += streams.Changed.Length;
            same += after.StreamTypes.Count - streams.Changed.Length - streams.Added.Length;
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{changed} streamtypes changed, {same} did not");
        Assert.True(changed > PropertyRun.Count / 4 && same > PropertyRun.Count / 4, $"{changed} changed, {same} the same: too few to say anything.");
    }

    [Fact]
    public void Two_policies_that_have_nothing_to_do_with_each_other_obey_them_too() => PropertyRun.All(
        static (random, size) => (SketchGenerator.Policy(random, size), SketchGenerator.Policy(random, size)),
        static one => one.Item1.Smaller().Select(smaller => (smaller, one.Item2)).Concat(one.Item2.Smaller().Select(smaller => (one.Item1, smaller))),
        static one =>
        {
            if (PropertyRun.Load(one.Item1).Model is { } before && PropertyRun.Load(one.Item2).Model is { } after)
                DiffLaws.Check(before, after);
        });

    [Fact]
    public void As_text_and_as_json_it_tells_no_secret() => PropertyRun.AllLayers(static (lower, first, _) =>
    {
        if (PropertyRun.Load(lower).Model is not { } before || PropertyRun.Load(lower, first).Model is not { } after)
            return;
        var diff = PolicyDiff.Between(before, after);
        Secrets.AssertNone(diff.ToText());
        Assert.Equal(diff.IsEmpty, diff.ToText().Length == 0);
        using var document = JsonDocument.Parse(JsonTexts.Of(diff.WriteJson));
        Secrets.AssertNone(document.RootElement.GetRawText());
    });
}
