using Xunit;

namespace SecureStreams.Policy.Tests.Building;

/// <summary>Memory that goes from load to load.</summary>
public sealed class ArenaTests
{
    [Fact]
    public void What_is_lent_again_holds_on_to_nothing()
    {
        const int Count = 300;
        var row = PolicyAttributeTable.All[0];
        using (var first = new DraftArena())
        {
            for (var i = 0; i < Count; i++)
                first.Add(new DraftValue(row, PolicyValue.Of("kept"), default));

            // What was taken off the end lies behind it none the less.
            first.RemoveLast();
        }

        using var second = new DraftArena();
        Assert.Equal(0, second.Count);
        Assert.All(second.Slice(0, Count).ToArray(), static one => Assert.Null(one.Attribute));
    }
}
