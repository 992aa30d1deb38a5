using SecureStreams;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health checks of contexts.</summary>
public static class SsHealthChecksBuilderExtensions
{
    /// <summary>Adds the check of a context that <c>services.AddSecureStreams</c> registered. Without this package it is <c>Add(SsHealthCheck.Register())</c>, which does the same.</summary>
    /// <param name="builder">What <c>services.AddHealthChecks()</c> returned.</param>
    /// <param name="name">Its name.</param>
    /// <param name="options">Thresholds; defaults when null.</param>
    /// <param name="contextName">Which context, where several are registered; null, the default, for the one without a name.</param>
    /// <param name="tags">As for any health check; none when null.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IHealthChecksBuilder AddSecureStreams(
        this IHealthChecksBuilder builder, string name = SsHealthCheck.DefaultName, SsHealthOptions? options = null, string? contextName = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(SsHealthCheck.Register(name, options, contextName, tags));
    }
}
