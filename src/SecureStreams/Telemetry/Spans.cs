using System.Diagnostics;

namespace SecureStreams.Telemetry;

/// <summary>
/// Activities that are never current: the runtime gives each its parent and keeps it itself, so that no callback, and nothing a callback starts, finds itself inside one.
/// </summary>
internal static class Spans
{
    private static readonly ActivitySource Source = new(SsTelemetry.ActivitySourceName, SsTelemetry.Version);

    /// <summary>Whether anybody listens.</summary>
    public static bool AreTraced => Source.HasListeners();

    /// <summary>Starts one; null when nobody wants it.</summary>
    /// <param name="name">What it is, one of few.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="parent">Its parent; default for none.</param>
    /// <param name="at">When it began.</param>
    public static Activity? Start(string name, ActivityKind kind, ActivityContext parent, DateTimeOffset at)
    {
        if (!Source.HasListeners())
            return null;

        // Whatever is current would else be taken for the parent.
        var current = Activity.Current;
        Activity.Current = null;
        try
        {
            return Source.StartActivity(name, kind, parent, startTime: at);
        }
        catch (Exception)
        {
            // A listener's: it loses this activity, and nothing else.
            return null;
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Ends one.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="at">When it ended.</param>
    public static void Stop(Activity activity, DateTimeOffset at)
    {
        // Stopping makes current what was so at the start, whoever is running now.
        var current = Activity.Current;
        try
        {
            activity.SetEndTime(at.UtcDateTime);
            activity.Stop();
        }
        catch (Exception)
        {
            // A listener's.
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Marks it as failed.</summary>
    public static void Fail(Activity activity, in SsCause cause)
    {
        activity.SetStatus(ActivityStatusCode.Error);
        activity.SetTag(TelemetryNames.ErrorType, TelemetryNames.Of(cause.Code));
        activity.SetTag(TelemetryNames.Phase, TelemetryNames.Of(cause.Phase));
        if (cause.Status != 0)
            activity.SetTag(TelemetryNames.Status, cause.Status);
        if (cause.DetailId != 0)
            activity.SetTag(TelemetryNames.DetailId, cause.DetailId);
    }
}
