using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using SecureStreams.Policy;
using SecureStreams.Tool.Running;

namespace SecureStreams.Tool.Benching;

/// <summary>One load: policy, streams, phases, and the figures, whole or as far as it came.</summary>
internal static class BenchSession
{
    public static async Task<int> RunAsync(BenchSettings settings)
    {
        var errors = LineWriter.Error();
        return await PolicySource.LoadOrReportAsync(settings.Policy, errors, tellWarnings: false) is { } model
            ? await RunAsync(settings, model, errors)
            : ExitCode.Usage;
    }

    private static async Task<int> RunAsync(BenchSettings settings, PolicyModel model, LineWriter errors)
    {
        if (!model.StreamTypes.TryGetValue(settings.StreamType, out var policy))
        {
            throw new UnusableInputException(Suggestion.Nearest(settings.StreamType, model.StreamTypes.Keys) is { } near
                ? $"the policy has no streamtype '{settings.StreamType}'; did you mean '{near}'?"
                : $"the policy has no streamtype '{settings.StreamType}'");
        }

        if (policy.Server)
            throw new UnusableInputException($"streamtype '{settings.StreamType}' is a server; sstreams bench takes client streamtypes");
        var plan = BenchPlan.Of(settings, policy);
        RunBlobs.CheckNames(settings.Blobs, model);
        using var blobs = new SsMemoryBlobStore();
        await RunBlobs.StoreAsync(settings.Blobs, blobs);

        var stopped = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var signalled = 0;
        using var interrupt = OnSignal(PosixSignal.SIGINT, ExitCode.Interrupted);
        using var terminate = OnSignal(PosixSignal.SIGTERM, ExitCode.Terminated);
        using var limit = new CancellationTokenSource(settings.Timeout ?? Timeout.InfiniteTimeSpan, TimeProvider.System);
        using var limited = limit.Token.Register(() => stopped.TrySetResult(string.Create(CultureInfo.InvariantCulture, $"not finished within {settings.Timeout!.Value.TotalSeconds} s")));

        BenchFigures figures;
        await using (var load = new BenchLoad(settings, plan, model, blobs))
        {
            await using var progress = new BenchProgress(errors, load);
            progress.Start();
            figures = await load.RunAsync(stopped.Task);
        }

        await CommandOutput.WriteAsync(settings.OutputFile, settings.Json ? BenchJson.Of(figures) : Encoding.UTF8.GetBytes(BenchText.Of(figures)), CancellationToken.None);
        if (figures.EndedBy is { } why)
            errors.Problem($"the figures are partial: {why}");
        return signalled != 0 ? signalled : figures.IsGood ? ExitCode.Success : ExitCode.Failed;

        // The first one asks, a second one, of an impatient user, finds the default action.
        PosixSignalRegistration OnSignal(PosixSignal signal, int exitCode) => PosixSignalRegistration.Create(signal, context =>
        {
            if (!stopped.TrySetResult($"ended by {signal}"))
                return;
            signalled = exitCode;
            context.Cancel = true;
        });
    }
}
