using SecureStreams.CompiledPolicy.Tests.Compiled;
using SecureStreams.Policy;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>What docs/compiled-policies.md shows, compiled.</summary>
internal static class Documented
{
    public static int Compile(params string[] args)
    {
        // begin compile
        var layers = args.Select(static file => new PolicyDocument(File.ReadAllBytes(file), Path.GetFileName(file))).ToList();
        var loaded = PolicyLoader.Load(layers);
        var compilation = PolicyCompiler.ToCSharp(loaded, new() { Namespace = "Acme.Devices", ClassName = PolicyCompilerOptions.ClassNameFor(args[0]) });
        foreach (var found in compilation.Text is null ? compilation.Refusals : loaded.Diagnostics)
            Console.Error.WriteLine(found);
        if (compilation.Text is null)
            return 2;
        File.WriteAllText("DemoPolicy.g.cs", compilation.Text);
        return 0;
        // end compile
    }

    public static async Task RunAsync(SecureStreamHandler handler)
    {
        // begin run
        await using var context = new LocalContext(DemoPolicy.Model);
        await using var stream = context.Create(DemoPolicy.StreamTypes.Web, handler);
        stream.Connect();
        // end run
    }
}
