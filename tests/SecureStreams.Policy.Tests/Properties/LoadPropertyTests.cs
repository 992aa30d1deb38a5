using System.Diagnostics.CodeAnalysis;
using System.Text;
using Xunit;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>What holds for every policy that the attribute table allows.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
public sealed class LoadPropertyTests
{
    /// <summary>Else all the others would hold of nothing.</summary>
    [Fact]
    public void A_generated_policy_loads_and_the_attributes_are_all_met()
    {
        var met = new HashSet<PolicyAttributeInfo>();
        PropertyRun.All(SketchGenerator.Policy, static _ => [], sketch =>
        {
            var result = PropertyRun.Load(sketch);
            Assert.DoesNotContain(result.Diagnostics, static one => one.Severity == PolicySeverity.Error);
            met.UnionWith(Parts(result.Model!).SelectMany(static part => part.Stated).Select(static value => value.Attribute));
        });
                Assert.Empty(PolicyAttributeTable.All.Where(row => row.Kind != PolicyValueKind.Section && !met.Contains(row)).Select(static row => row.Name));
    }

    [Fact]
    public void Written_and_read_again_it_is_the_same() => PropertyRun.AllPolicies(static sketch =>
    {
        if (PropertyRun.Load(sketch).Model is not { } model)
            return;
        var written = PolicyWriter.ToUtf8(model);
        var again = PolicyLoader.Load(written, "written");
        Assert.True(again.Model is not null, string.Join('\n', again.Diagnostics));
        Assert.True(model.Equals(again.Model), Encoding.UTF8.GetString(written));
        Assert.True(written.AsSpan().SequenceEqual(PolicyWriter.ToUtf8(again.Model)));

        // What is stated is kept, not only what it means.
        foreach (var (name, stream) in model.StreamTypes)
            Assert.Equal(stream.Stated, again.Model.StreamTypes[name].Stated);
    });

    [Fact]
    public void Redacted_it_is_json_without_secrets() => PropertyRun.AllPolicies(static sketch =>
    {
        if (PropertyRun.Load(sketch).Model is not { } model)
            return;
        var text = Encoding.UTF8.GetString(PolicyWriter.ToUtf8(model, new PolicyWriterOptions { Redact = true }));
        using var document = System.Text.Json.JsonDocument.Parse(text);
        Secrets.AssertNone(text);
        foreach (var part in Parts(model).Concat(model.Certificates.Values))
        {
            Secrets.AssertNone(EffectivePolicy.Of(part, all: true).ToText());
            using var shown = System.Text.Json.JsonDocument.Parse(JsonTexts.Of(EffectivePolicy.Of(part, all: true).WriteJson));
            Secrets.AssertNone(shown.RootElement.GetRawText());
        }
    });

    [Fact]
    public void In_which_order_and_shape_it_is_written_does_not_matter()
    {
        var random = new Random(PropertyRun.Seed);
        PropertyRun.AllPolicies(sketch =>
        {
            var plain = PropertyRun.Load(sketch);
            var other = PolicyLoader.Load(sketch.ToUtf8(random), "p");
            Assert.Equal(plain.HasErrors, other.HasErrors);
            Assert.Equal(plain.Model, other.Model);
            Assert.True(plain.Model is null || PolicyDiff.Between(plain.Model, other.Model!).IsEmpty);
        });
    }

    private static IEnumerable<PolicyPart> Parts(PolicyModel model) =>
        [model.Document, .. model.Retries.Values, .. model.TrustStores.Values, .. model.Auths.Values, .. model.Metrics, .. model.StreamTypes.Values];
}
