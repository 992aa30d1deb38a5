using SecureStreams.Policy;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>A policy with the source that it was compiled to, which is kept, compiled in and compared.</summary>
/// <param name="File">The kept source, from the root of the checkout.</param>
/// <param name="Options">How it is compiled.</param>
/// <param name="Layers">The documents, from the root of the checkout.</param>
internal sealed record Case(string File, PolicyCompilerOptions Options, params string[] Layers)
{
    private const string Folder = "tests/SecureStreams.CompiledPolicy.Tests";
    private const string Fixtures = "tests/SecureStreams.Policy.Tests/Fixtures";

    /// <summary>The policy of the probe: another project, where it is public.</summary>
    public static Case Probe { get; } = new("tests/SecureStreams.CompiledPolicy.Probe/ProbePolicy.g.cs",
        new() { Namespace = "SecureStreams.CompiledPolicy.Probe", ClassName = "ProbePolicy", IsPublic = true }, "tests/SecureStreams.CompiledPolicy.Probe/probe.json");

    public static IReadOnlyList<Case> All { get; } =
    [
        .. Directory.EnumerateFiles(RepoPaths.Combine("policies"), "*.json").Order(StringComparer.Ordinal).Select(static file => Of($"policies/{Path.GetFileName(file)}")),
        Of(Fixtures + "/lws-api-test.json"), Of(Fixtures + "/lws-feed.json"), Of(Fixtures + "/lws-mqtt.json"), Of(Fixtures + "/lws-object-store.json"),
        Of(Fixtures + "/lws-proxy-bootstrap.json"), Of(Fixtures + "/lws-voice.json"), Of(Fixtures + "/old-shapes.json"),
        Of(Fixtures + "/readme-sample.json"),
        Of(Folder + "/Policies/every-kind.json"), Of(Folder + "/Policies/every-kind.json", Folder + "/Policies/every-kind-overlay.json"),
        Of(Folder + "/Policies/names.json"), Of(Folder + "/Policies/nothing.json"),
        Of("policies/web-api.json", "policies/overlays/loopback.json", "policies/overlays/quick-retries.json"),
        Probe,
    ];

    public static TheoryData<string> Names => [.. All.Select(static one => one.Options.ClassName)];

    public static Case Find(string className) => All.Single(one => one.Options.ClassName == className);

    /// <summary>The class that was compiled in.</summary>
    public Type Compiled => typeof(Case).Assembly.GetType($"{Options.Namespace}.{Options.ClassName}") ??
        throw new InvalidOperationException($"{File} is not compiled in: run these tests once with UPDATE_APPROVED=1, and build again.");

    public PolicyLoadResult Load() =>
        PolicyLoader.Load([.. Layers.Select(static layer => new PolicyDocument(System.IO.File.ReadAllBytes(RepoPaths.Combine(layer)), Path.GetFileName(layer)))]);

    public string Compile()
    {
        var compilation = PolicyCompiler.ToCSharp(Load(), Options);
        Assert.Empty(compilation.Refusals);
        return compilation.Text!;
    }

    private static Case Of(params string[] layers)
    {
        var name = string.Concat(layers.Select(static layer => PolicyCompilerOptions.ClassNameFor(layer)[..^"Policy".Length])) + "Policy";
        return new($"{Folder}/Compiled/{name}.g.cs", new() { Namespace = "SecureStreams.CompiledPolicy.Tests.Compiled", ClassName = name }, layers);
    }
}
