using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>Reads the texts of a policy and has them judged. Every command gets its policy here.</summary>
internal static class PolicySource
{
    /// <summary>Reads and judges.</summary>
    /// <exception cref="UnusableInputException">A text cannot be read.</exception>
    public static Task<LoadedPolicy> LoadAsync(PolicySelection selection, CancellationToken cancellation) => LoadAsync(selection, new PolicyTexts(), cancellation);

    /// <summary>As the other, of one of several policies that may share texts.</summary>
    /// <param name="selection">Which texts.</param>
    /// <param name="texts">Those that were read already.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <param name="onTop">What the command itself lays over it; null for nothing.</param>
    /// <exception cref="UnusableInputException">A text cannot be read.</exception>
    public static async Task<LoadedPolicy> LoadAsync(PolicySelection selection, PolicyTexts texts, CancellationToken cancellation, PolicyDocument? onTop = null)
    {
        var layers = new List<PolicyDocument>();
        foreach (var file in selection.Overlays.Prepend(selection.Base))
        {
            try
            {
                layers.Add(await texts.ReadAsync(file, selection.Options.MaximumBytes, cancellation));
            }
            catch (InputTooLargeException error)
            {
                return new LoadedPolicy(selection, null, [TooLarge(PolicySelection.NameOf(file), error)]);
            }
        }

        if (onTop is { } top)
            layers.Add(top);
        var result = PolicyLoader.Load(layers, selection.Options);
        return new LoadedPolicy(selection, result, result.Diagnostics);
    }

    /// <summary>As <see cref="LoadAsync(PolicySelection, CancellationToken)"/>, for commands that need the policy and end by themselves: without one, what is wrong stands on standard error.</summary>
    /// <returns>Null when it has errors; the command ends with <see cref="ExitCode.Usage"/>.</returns>
    /// <exception cref="UnusableInputException">A text cannot be read.</exception>
    /// <exception cref="InterruptedException">A signal came first.</exception>
    public static async Task<PolicyModel?> LoadOrReportAsync(PolicySelection selection, LineWriter errors, bool tellWarnings, PolicyTexts? texts = null)
    {
        var loaded = await Interruptible.RunAsync(cancellation => LoadAsync(selection, texts ?? new PolicyTexts(), cancellation));
        if (loaded.Model is null)
            PolicyReport.Refusal(errors, loaded);
        else if (tellWarnings)
            PolicyReport.Findings(errors, loaded.Diagnostics);
        return loaded.Model;
    }

    // The loader would say the same, had it been given the text.
    private static PolicyDiagnostic TooLarge(string name, InputTooLargeException error) => new("SSP0005", PolicySeverity.Error, name, 1, 1, "$", error.Message);
}
