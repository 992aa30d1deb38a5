using Microsoft.Extensions.Logging;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>Tells what a policy asks for and does not get: above all, protection that somebody relies on.</summary>
internal static class UnusedAttributes
{
    /// <summary>One line for each attribute of streamtypes that this release does not act on, with the first place that states it.</summary>
    public static void Log(PolicyModel policy, ILogger logger)
    {
        if (!logger.IsEnabled(LogLevel.Information))
            return;
        var stated = policy.StreamTypes.Values.OrderBy(static stream => stream.Name, StringComparer.Ordinal)
            .SelectMany(static stream => stream.Stated, static (stream, value) => (Stream: stream.Name, value.Attribute, value.Location))
            .Where(static one => !one.Attribute.ActedOn)
            .GroupBy(static one => one.Attribute.Name, StringComparer.Ordinal);
        foreach (var attribute in stated)
        {
            var (stream, _, place) = attribute.First();
            ContextLog.NotActedOn(logger, place, stream, attribute.Key, attribute.Count());
        }
    }
}
