using System.Collections.Immutable;
using Xunit;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>The laws of overlays.</summary>
public sealed class OverlayPropertyTests
{
    [Fact]
    public void An_empty_overlay_changes_nothing_not_even_places() => PropertyRun.AllPolicies(static sketch =>
    {
        var text = sketch.ToUtf8();
        var alone = PolicyLoader.Load(text, "base");
        var layered = PolicyLoader.Load([new PolicyDocument(text, "base"), new PolicyDocument("{}"u8.ToArray(), "overlay")]);
        Assert.Equal(alone.Model, layered.Model);
        Assert.Equal(alone.Diagnostics.AsEnumerable(), layered.Diagnostics.AsEnumerable());
        foreach (var (name, stream) in alone.Model?.StreamTypes ?? ImmutableDictionary<string, StreamTypePolicy>.Empty.AsEnumerable())
            Assert.Equal(stream.Stated.Select(static value => value.Location), layered.Model!.StreamTypes[name].Stated.Select(static value => value.Location));
    });

    [Fact]
    public void Layers_mean_what_one_document_means_that_says_it_all()
    {
        var (loaded, all) = (0, 0);
        PropertyRun.AllLayers((lower, first, second) =>
        {
            var layered = PropertyRun.Load(lower, first, second);
            var once = PropertyRun.Load(lower, first);
            var flat = PropertyRun.Load(second.Over(first.Over(lower)));
            all++;
            loaded += layered.HasErrors ? 0 : 1;
            Assert.Equal(flat.HasErrors, layered.HasErrors);
            Assert.Equal(flat.Model, layered.Model);
            Assert.Equal(PropertyRun.Load(first.Over(lower)).Model, once.Model);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{loaded} of {all} sums loaded");

        // Sums that are refused test the other half; there must be some of both.
        Assert.InRange(loaded, all / 3, all - (all / 100));
    }

    [Fact]
    public void Laid_over_twice_is_laid_over_once() => PropertyRun.AllLayers(static (lower, first, _) =>
    {
        var once = PropertyRun.Load(lower, first);
        var twice = PropertyRun.Load(lower, first, first);
        Assert.Equal(once.HasErrors, twice.HasErrors);
        Assert.Equal(once.Model, twice.Model);
    });

    [Fact]
    public void Of_two_overlays_that_state_the_same_value_the_later_one_counts() => PropertyRun.AllLayers(static (lower, first, second) =>
    {
        if (PropertyRun.Load(lower, first, second).Model is not { } model)
            return;
        PolicySketch[] layers = [lower, first, second];
        foreach (var (name, stream) in model.StreamTypes)
        {
            foreach (var value in stream.Stated)
            {
                var states = layers.Select(layer => layer[PolicySection.StreamTypes].FirstOrDefault(part => part.Name == name)?.Members?.GetValueOrDefault(value.Attribute.Name)).ToList();
                Assert.Equal($"layer{states.FindLastIndex(static json => json is not null)}", value.Location.File);
                Assert.NotEqual("null", states.FindLast(static json => json is not null));
            }
        }
    });

    /// <summary>Metadata go by name, so that those are the same in both.</summary>
    [Fact]
    public void An_overlay_with_every_value_of_a_streamtype_makes_it_that_streamtype() => PropertyRun.All(
        static (random, size) =>
        {
            var lower = SketchGenerator.Policy(random, size);
            var streams = lower[PolicySection.StreamTypes];
            return (Base: lower, Part: streams.IsEmpty ? null : SketchGenerator.Replacement(random, size, lower, streams[random.Next(streams.Count)]));
        },
        static one => one.Base.Smaller().Select(lower => one with { Base = lower }),
        static one =>
        {
            if (one.Part is not { } wanted)
                return;
            var complete = wanted;
            foreach (var row in PolicyAttributeTable.Of(PolicySection.StreamTypes))
                complete = wanted.Members!.ContainsKey(row.Name) ? complete : complete.With(row.Name, "null");
            var layered = PropertyRun.Load(one.Base, new PolicySketch().With(PolicySection.StreamTypes, complete));
            var replaced = PropertyRun.Load(one.Base.With(PolicySection.StreamTypes, wanted));
            Assert.Equal(replaced.HasErrors, layered.HasErrors);
            Assert.Equal(replaced.Model?.StreamTypes[wanted.Name], layered.Model?.StreamTypes[wanted.Name]);
            Assert.Equal(replaced.Model, layered.Model);
        });
}
