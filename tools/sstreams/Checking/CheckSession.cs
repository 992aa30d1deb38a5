namespace SecureStreams.Tool.Checking;

/// <summary>One run of <c>sstreams policy check</c>.</summary>
internal static class CheckSession
{
    public static async Task<int> RunAsync(CheckSettings settings, CancellationToken cancellation)
    {
        var report = CreateReport(settings);
        var errors = LineWriter.Error();
        var exitCode = ExitCode.Success;
        foreach (var policy in settings.Policies)
        {
            try
            {
                var loaded = await PolicySource.LoadAsync(policy, cancellation);
                report.Loaded(loaded);
                if (loaded.Model is null)
                    exitCode = ExitCode.Usage;
            }
            catch (UnusableInputException error)
            {
                // The others are checked none the less.
                errors.Problem(error.Message);
                report.Unusable(policy, error.Message);
                exitCode = ExitCode.Usage;
            }
        }

        await CommandOutput.WriteAsync(settings.OutputFile, report.Complete(), cancellation);
        return exitCode;
    }

    private static ICheckReport CreateReport(CheckSettings settings) => settings.Format switch
    {
        OutputFormat.Json => new JsonCheckReport(),
        OutputFormat.Sarif => new SarifCheckReport(),
        _ => new TextCheckReport(collect: settings.OutputFile is not null, settings.Verbose),
    };
}
