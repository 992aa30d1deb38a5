using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Compiling;

/// <summary>One run of <c>sstreams policy compile</c>.</summary>
internal static class CompileSession
{
    public static async Task<int> RunAsync(CompileSettings settings, CancellationToken cancellation)
    {
        var errors = LineWriter.Error();
        var loaded = await PolicySource.LoadAsync(settings.Policy, cancellation);
        if (loaded.Result is null)
        {
            PolicyReport.Refusal(errors, loaded);
            return ExitCode.Usage;
        }

        var compiled = PolicyCompiler.ToCSharp(loaded.Result, settings.Options);
        if (compiled.Text is not { } text)
        {
            PolicyReport.Refusal(errors, loaded with { Result = null, Diagnostics = compiled.Refusals });
            return ExitCode.Usage;
        }

        // The source is written where nobody looks again, so this is when to tell.
        PolicyReport.Findings(errors, loaded.Diagnostics);
        await CommandOutput.WriteAsync(settings.OutputFile, Encoding.UTF8.GetBytes(text), cancellation);
        return ExitCode.Success;
    }
}
