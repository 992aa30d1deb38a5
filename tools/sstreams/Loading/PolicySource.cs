using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>Reads the texts of a policy and has them judged. Every command gets its policy here.</summary>
internal static class PolicySource
{
    /// <summary>Reads and judges.</summary>
    /// <exception cref="UnusableInputException">A text cannot be read.</exception>
    public static async Task<LoadedPolicy> LoadAsync(PolicySelection selection, CancellationToken cancellation)
    {
        var layers = new List<PolicyDocument>();
        foreach (var file in selection.Overlays.Prepend(selection.Base))
        {
            var name = PolicySelection.NameOf(file);
            try
            {
                layers.Add(new PolicyDocument(await InputFile.ReadAsync(file, selection.Options.MaximumBytes, cancellation), name));
            }
            catch (InputTooLargeException error)
            {
                return new LoadedPolicy(selection, null, [TooLarge(name, error)]);
            }
        }

        var result = PolicyLoader.Load(layers, selection.Options);
        return new LoadedPolicy(selection, result.Model, result.Diagnostics);
    }

    /// <summary>As <see cref="LoadAsync"/>, for commands that need the policy: without one, what is wrong stands on standard error.</summary>
    /// <returns>Null when it has errors; the command ends with <see cref="ExitCode.Usage"/>.</returns>
    /// <exception cref="UnusableInputException">A text cannot be read.</exception>
    /// <exception cref="InterruptedException">A signal came first.</exception>
    public static async Task<PolicyModel?> LoadOrReportAsync(PolicySelection selection, LineWriter errors, bool tellWarnings)
    {
        var loaded = await Interruptible.RunAsync(cancellation => LoadAsync(selection, cancellation));
        if (loaded.Model is null || tellWarnings)
            PolicyReport.Findings(errors, loaded.Diagnostics);
        if (loaded.Model is null)
            PolicyReport.Summary(errors, loaded);
        return loaded.Model;
    }

    // The loader would say the same, had it been given the text.
    private static PolicyDiagnostic TooLarge(string name, InputTooLargeException error) => new("SSP0005", PolicySeverity.Error, name, 1, 1, "$", error.Message);
}
