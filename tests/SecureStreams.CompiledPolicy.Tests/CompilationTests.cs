using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>What the compiler writes, given to the C# compiler.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
public class CompilationTests(ITestOutputHelper output)
{
    [Fact]
    public void Random_policies_compile_without_a_finding_and_give_the_loaded_model()
    {
        const int Count = 60;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : Environment.ProcessId;
        output.WriteLine($"SS_TEST_SEED={seed}");
        var random = new Random(seed);
        var policies = new List<(string Class, PolicyModel Model, string Text)>();
        for (var i = 0; i < Count; i++)
        {
            var maker = new RandomPolicy(random);
            var layers = new List<PolicyDocument> { new(maker.Document(overlay: false), "base \u2028\".json") };
            if (random.Next(2) == 0)
                layers.Add(new(maker.Document(overlay: true), "overlay.json"));
            var result = PolicyLoader.Load(layers);
            Assert.Empty(result.Diagnostics.Where(static one => one.Severity == PolicySeverity.Error));
            var options = new PolicyCompilerOptions { Namespace = "A.SecureStreams.System", ClassName = $"Policy{i}", IsPublic = true };
            var compilation = PolicyCompiler.ToCSharp(result, options);
            Assert.Empty(compilation.Refusals);
            policies.Add((options.ClassName, result.Model!, compilation.Text!));
        }

        var compiled = SourceCompiler.Compile(policies.Select(static one => one.Text));
        foreach (var (name, loaded, _) in policies)
        {
            var type = compiled.GetType("A.SecureStreams.System." + name, throwOnError: true)!;
            var model = (PolicyModel)type.GetProperty("Model")!.GetValue(null)!;
            Assert.Equal(ModelDump.Of(loaded), ModelDump.Of(model));
            Assert.Equal(loaded, model);
            Assert.Equal(
                loaded.StreamTypes.Keys.Order(StringComparer.Ordinal),
                type.GetNestedType("StreamTypes")!.GetFields().Select(static field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal));
        }

        // Together they must have stated every attribute, else the policies are too poor to say anything.
        var stated = policies.SelectMany(static one => one.Model.StreamTypes.Values).SelectMany(static stream => stream.Stated).Select(static value => value.Attribute).ToHashSet();
        Assert.Empty(PolicyAttributeTable.Of(PolicySection.StreamTypes).Except(stated));
    }

    [Fact]
    public void Every_kept_source_compiles_without_a_finding_where_it_is_public() =>
        SourceCompiler.Compile(Case.All.Select(static one => PolicyCompiler.ToCSharp(one.Load(), one.Options with { IsPublic = true }).Text!));

    [Fact]
    public void A_thousand_streamtypes_compile_in_methods_of_bounded_size()
    {
        var text = new StringBuilder("""{ "retry": [{ "r": { "backoff": [1000] } }], "s": [""");
        for (var i = 0; i < 1000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                {{(i == 0 ? "" : ",")}}{ "stream_{{i}}": { "endpoint": "h{{i}}.example.org", "port": 443, "protocol": "h2", "tls": true, "retry": "r", "http_url": "a/${item}",
                  "metadata": [{ "item": "" }, { "type": "content-type:" }], "http_resp_map": [{ "404": 1404 }] } }
                """);
        }

        // One of them alone is larger than a method may be.
        text.Append(""", { "many": { "endpoint": "a", "metadata": [""").AppendJoin(',', Enumerable.Range(0, 1000).Select(static i => $$"""{ "m{{i}}": "" }""")).Append("] } }] }");
        var loaded = PolicyLoader.Load(Encoding.UTF8.GetBytes(text.ToString()), "large.json");
        var watch = Stopwatch.StartNew();
        var source = PolicyCompiler.ToCSharp(loaded, new() { IsPublic = true }).Text!;
        output.WriteLine($"{source.Length} characters in {watch.ElapsedMilliseconds} ms");
        var longest = source.Split("    private static void State").Skip(1).Max(static method => method.Split('\n').Length);
        Assert.InRange(longest, 100, 220);

        watch.Restart();
        var compiled = SourceCompiler.Compile([source]);
        output.WriteLine($"compiled in {watch.ElapsedMilliseconds} ms");
        watch.Restart();
        var model = (PolicyModel)compiled.GetType("CompiledPolicies.CompiledPolicy")!.GetProperty("Model")!.GetValue(null)!;
        output.WriteLine($"built in {watch.ElapsedMilliseconds} ms");
        Assert.Equal(loaded.Model, model);
        Assert.Equal(1001, model.StreamTypes.Count);
        Assert.Equal(ModelDump.Of(loaded.Model!), ModelDump.Of(model));
    }
}
