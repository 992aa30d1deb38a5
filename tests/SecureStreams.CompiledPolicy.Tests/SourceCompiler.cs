using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using SecureStreams.Policy;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>Compiles sources as a strict project does: C# 12, documentation checked, nothing suppressed, no finding accepted.</summary>
internal static class SourceCompiler
{
    private static int _count;

    public static Assembly Compile(IEnumerable<string> sources)
    {
        var options = new CSharpParseOptions(LanguageVersion.CSharp12, DocumentationMode.Diagnose);
        var trees = sources.Select((text, index) => CSharpSyntaxTree.ParseText(SourceText.From(text, Encoding.UTF8), options, $"Policy{index}.g.cs"));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is "System.Runtime.dll" or "System.Private.CoreLib.dll" or "System.Collections.Immutable.dll" or "SecureStreams.Policy.dll")
            .Append(typeof(PolicyModel).Assembly.Location).Distinct(StringComparer.Ordinal).Select(static path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create($"CompiledPolicies{Interlocked.Increment(ref _count)}", trees, references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, warningLevel: 9999, generalDiagnosticOption: ReportDiagnostic.Error, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.Empty(result.Diagnostics.Where(static one => one.Severity != DiagnosticSeverity.Hidden).Take(10));
        image.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(image);
    }
}
