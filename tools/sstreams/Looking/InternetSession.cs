using System.Globalization;
using System.Text;
using SecureStreams.Policy;
using SecureStreams.Tool.Running;

namespace SecureStreams.Tool.Looking;

/// <summary>One run of <c>sstreams internet</c>: one look at where the network leads.</summary>
internal static class InternetSession
{
    private const int Version = 1;

    public static async Task<int> RunAsync(InternetSettings settings)
    {
        var errors = LineWriter.Error();
        if (await PolicySource.LoadOrReportAsync(settings.Policy, errors, tellWarnings: false) is not { } model)
            return ExitCode.Usage;
        RunBlobs.CheckNames(settings.Blobs, model);
        using var blobs = new SsMemoryBlobStore();
        await RunBlobs.StoreAsync(settings.Blobs, blobs);
        return await Interruptible.RunAsync(cancellation => LookAsync(settings, model, blobs, errors, cancellation));
    }

    private static async Task<int> LookAsync(InternetSettings settings, PolicyModel model, SsMemoryBlobStore blobs, LineWriter errors, CancellationToken cancellation)
    {
        await using var context = FaultyPolicy.Open(model, new SsContextOptions { Blobs = blobs }, settings.Faults);
        SsInternetReport report;
        try
        {
            report = await context.CaptivePortal.DetectAsync(cancellation);
        }
        catch (SsPolicyException error)
        {
            throw new UnusableInputException(error.Message);
        }

        var detail = context.Diagnostics.Find(report.Cause.DetailId);
        if (detail is not null && !settings.Json)
            errors.Line(PlainText.Lines(detail.ToString()));
        await CommandOutput.WriteAsync(null, settings.Json ? Json(report, detail) : Encoding.UTF8.GetBytes(Line(report)), cancellation);
        return report.Internet switch
        {
            SsInternet.Internet => ExitCode.Success,
            SsInternet.CaptivePortal => ExitCode.CaptivePortal,
            SsInternet.NoInternet => ExitCode.NoInternet,
            _ => ExitCode.Failed,
        };
    }

    private static string Line(SsInternetReport report) =>
        string.Create(CultureInfo.InvariantCulture, $"{NameOf(report.Internet)}{(report.Cause.IsNone ? "" : $" ({report.Cause.Phase}/{report.Cause.Code}{(report.Cause.Status == 0 ? "" : $" status {report.Cause.Status}")})")}\n");

    private static ReadOnlyMemory<byte> Json(SsInternetReport report, SsDetail? detail) => JsonText.BuildPlain(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteString("internet", NameOf(report.Internet));
        writer.WriteNumber("took_ms", Math.Round(report.Took.TotalMilliseconds, 1));
        if (!report.Cause.IsNone)
        {
            writer.WriteString("phase", report.Cause.Phase.ToString());
            writer.WriteString("code", report.Cause.Code.ToString());
            writer.WriteNumber("status", report.Cause.Status);
        }

        writer.WriteStringIfAny("message", detail?.Message);
        writer.WriteStringIfAny("endpoint", detail?.Endpoint);
        writer.WriteStringIfAny("peer", detail?.PeerText);
        writer.WriteEndObject();
    });

    private static string NameOf(SsInternet internet) => internet switch
    {
        SsInternet.Internet => "internet",
        SsInternet.CaptivePortal => "captive portal",
        SsInternet.NoInternet => "no internet",
        _ => "unknown",
    };
}
