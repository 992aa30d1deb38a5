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
        using var stop = new BenchStop(settings.Timeout);
        var loading = PolicySource.LoadOrReportAsync(settings.Policy, errors, tellWarnings: false);
        if (!await stop.IsDoneInTimeAsync(loading))
            return await GiveUpAsync(stop, errors);
        return await loading is { } model ? await RunAsync(settings, model, stop, errors) : ExitCode.Usage;
    }

    private static async Task<int> RunAsync(BenchSettings settings, PolicyModel model, BenchStop stop, LineWriter errors)
    {
        var policy = model.StreamTypes.GetValueOrDefault(settings.StreamType) ?? throw UnknownStreamType.Of(model, settings.StreamType, servers: false);
        if (policy.Server)
            throw new UnusableInputException($"streamtype '{settings.StreamType}' is a server; sstreams bench takes client streamtypes");
        var plan = BenchPlan.Of(settings, policy);
        RunBlobs.CheckNames(settings.Blobs, model);
        using var blobs = new SsMemoryBlobStore();
        var storing = Task.Run(() => RunBlobs.StoreAsync(settings.Blobs, blobs));
        if (!await stop.IsDoneInTimeAsync(storing))
            return await GiveUpAsync(stop, errors);
        await storing;

        if (settings.OutputFile is { } file and not CommandOutput.Standard)
            OutputFile.Check(file);
        var (figures, signalled) = await MeasureAsync(settings, plan, model, blobs, stop, errors);
        var isWritten = await WriteAsync(settings, figures, errors);
        if (figures.EndedBy is { } why)
            errors.Problem($"the figures are partial: {why}{(signalled == 0 && figures.LastFailure is { } failure ? $": {failure}" : "")}");
        return signalled != 0 ? signalled : figures.IsGood && isWritten ? ExitCode.Success : ExitCode.Failed;
    }

    /// <summary>There are no figures yet.</summary>
    private static async Task<int> GiveUpAsync(BenchStop stop, LineWriter errors)
    {
        errors.Problem(await stop.Why);
        return ExitCode.Failed;
    }

    /// <returns>The figures, and the status when a signal ended it, else 0.</returns>
    private static async Task<(BenchFigures Figures, int Signalled)> MeasureAsync(BenchSettings settings, BenchPlan plan, PolicyModel model, ISsBlobStore blobs, BenchStop stop, LineWriter errors)
    {
        var signalled = 0;
        using var interrupt = OnSignal(PosixSignal.SIGINT, ExitCode.Interrupted);
        using var terminate = OnSignal(PosixSignal.SIGTERM, ExitCode.Terminated);
        BenchFigures figures;
        await using (var load = new BenchLoad(settings, plan, model, blobs))
        {
            await using var progress = new BenchProgress(errors, load);
            progress.Start();
            figures = await load.RunAsync(stop.Why);
        }

        return (figures, signalled);

        // The first one asks, a second one, of an impatient user, finds the default action.
        PosixSignalRegistration OnSignal(PosixSignal signal, int exitCode) => PosixSignalRegistration.Create(signal, context =>
        {
            if (!stop.Set($"ended by {signal}"))
                return;
            signalled = exitCode;
            context.Cancel = true;
        });
    }

    /// <summary>Writes the figures: where that is not possible any more, to standard output, since they cannot be had again.</summary>
    /// <returns>Whether they are where they should be.</returns>
    private static async Task<bool> WriteAsync(BenchSettings settings, BenchFigures figures, LineWriter errors)
    {
        ReadOnlyMemory<byte> text = settings.Json ? BenchJson.Of(figures) : Encoding.UTF8.GetBytes(BenchText.Of(figures));
        try
        {
            return await WriteAsync(settings.OutputFile, text);
        }
        catch (Exception error) when (settings.OutputFile is not (null or CommandOutput.Standard) && error is (UnusableInputException or OutputLostException))
        {
            errors.Problem(error.Message);
            await WriteAsync(null, text);
            return false;
        }
    }

    // A pipe may have no reader.
    private static Task<bool> WriteAsync(string? file, ReadOnlyMemory<byte> text) => Interruptible.RunAsync(async cancellation =>
    {
        await CommandOutput.WriteAsync(file, text, cancellation);
        return true;
    });
}
