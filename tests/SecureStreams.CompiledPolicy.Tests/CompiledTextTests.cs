using SecureStreams.Policy;
using SecureStreams.TestSupport.Approval;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>The kept sources are what the compiler writes today, and give the model that a load gives.</summary>
public class CompiledTextTests
{
    public static TheoryData<string> Names => Case.Names;

    /// <summary>Those that are compiled into this assembly.</summary>
    public static TheoryData<string> Own => [.. Case.All.Where(static one => one != Case.Probe).Select(static one => one.Options.ClassName)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_kept_source_is_what_the_compiler_writes(string name) => Approved.File(Case.Find(name).Compile(), Case.Find(name).File);

    [Theory]
    [MemberData(nameof(Names))]
    public void Compiling_twice_gives_the_same_text(string name) => Assert.Equal(Case.Find(name).Compile(), Case.Find(name).Compile());

    [Theory]
    [MemberData(nameof(Own))]
    public void The_compiled_model_is_the_loaded_one_with_every_place_and_byte(string name)
    {
        var one = Case.Find(name);
        var loaded = one.Load().Model!;
        var compiled = (PolicyModel)one.Compiled.GetProperty("Model")!.GetValue(null)!;
        Assert.Equal(ModelDump.Of(loaded), ModelDump.Of(compiled));
        Assert.Equal(loaded, compiled);
        Assert.Equal(loaded.Layers, compiled.Layers);
        Assert.Same(compiled, one.Compiled.GetProperty("Model")!.GetValue(null));
    }

    [Fact]
    public void The_policies_have_every_kind_of_value()
    {
        var seen = Case.All.Select(static one => one.Load().Model!)
            .SelectMany(static model => model.StreamTypes.Values.Concat<PolicyPart>(model.Retries.Values).Concat(model.TrustStores.Values).Concat(model.Auths.Values).Concat(model.Metrics).Append(model.Document))
            .SelectMany(static part => part.Stated).Select(static stated => stated.Attribute.Kind).ToHashSet();
        Assert.Empty(Enum.GetValues<PolicyValueKind>().Except(seen).Except([PolicyValueKind.Section]));
    }

    [Fact]
    public void The_dump_sees_places_and_forms()
    {
        // Else the comparison above could not fail.
        var dump = ModelDump.Of(Case.Find("EveryKindEveryKindOverlayPolicy").Load().Model!);
        Assert.Contains("File: String 'every-kind-overlay.json'", dump, StringComparison.Ordinal);
        Assert.Contains("PolicyTemplate 0 '${host}.example.org'", dump, StringComparison.Ordinal);
        Assert.Contains("String 0 'X-Other'", dump, StringComparison.Ordinal);
        Assert.Contains("Der: 30", dump, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_in_an_overlay_is_kept()
    {
        var model = Compiled.EveryKindEveryKindOverlayPolicy.Model;
        Assert.Equal("every-kind-overlay.json(4,25)", model.StreamTypes["client"].Locate("port")?.ToString());
        Assert.Equal("every-kind.json(29,21)", model.StreamTypes["client"].Locate("endpoint")?.ToString());
        Assert.Equal("every-kind-overlay.json(2,14)", model.Document.Locate("release")?.ToString());
    }
}
