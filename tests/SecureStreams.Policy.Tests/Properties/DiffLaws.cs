using Xunit;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>What holds for the difference between any two policies.</summary>
internal static class DiffLaws
{
    public static void Check(PolicyModel before, PolicyModel after)
    {
        var diff = PolicyDiff.Between(before, after);
        Assert.Equal(before.Equals(after), diff.IsEmpty);
        Assert.Equal(before.Document.Equals(after.Document), diff.Document.IsEmpty);
        Assert.True(PolicyDiff.Between(before, before).IsEmpty);
        Assert.True(PolicyDiff.Between(after, after).IsEmpty);

        var streams = diff[PolicySection.StreamTypes];
        Assert.Equal(after.StreamTypes.Keys.Except(before.StreamTypes.Keys).Order(StringComparer.Ordinal), streams.Added.Select(static part => part.Name));
        Assert.Equal(before.StreamTypes.Keys.Except(after.StreamTypes.Keys).Order(StringComparer.Ordinal), streams.Removed.Select(static part => part.Name));
        foreach (var (name, stream) in before.StreamTypes)
            Assert.Equal(after.StreamTypes.TryGetValue(name, out var now) && !stream.Equals(now), streams.Find(name) is not null);
        foreach (var section in diff.Sections)
        {
            Assert.All(section.Changed, static part => Assert.NotEmpty(part.Changes));
            Assert.All(section.Changed, static part => Assert.Equal(part.Changes.Max(static change => change.Impact), part.Impact));
        }

        CheckMirrored(diff, PolicyDiff.Between(after, before));
    }

    private static void CheckMirrored(PolicyDiff diff, PolicyDiff back)
    {
        Assert.Equal(diff.Document, back.Document.Select(Mirror));
        foreach (var (there, here) in diff.Sections.Zip(back.Sections))
        {
            Assert.Equal(there.Section, here.Section);
            Assert.Equal(there.Added, here.Removed);
            Assert.Equal(there.Removed, here.Added);
            Assert.Equal(there.OrderChanged, here.OrderChanged);
            Assert.Equal(there.Changed.Select(static part => part.After.Name), here.Changed.Select(static part => part.After.Name));
            foreach (var (one, other) in there.Changed.Zip(here.Changed))
            {
                Assert.Same(one.Before, other.After);
                Assert.Equal(one.Changes, other.Changes.Select(Mirror));
            }
        }
    }

    private static PolicyChange Mirror(PolicyChange change) =>
        change with { Before = change.After, After = change.Before, LocationBefore = change.LocationAfter, LocationAfter = change.LocationBefore };
}
