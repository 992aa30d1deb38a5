using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SecureStreams.Policy;

namespace SecureStreams.Integration;

/// <summary>From the options in a container to a context.</summary>
internal static class ContextMaker
{
    /// <summary>Makes the context of the options <paramref name="name"/>.</summary>
    /// <exception cref="OptionsValidationException">The options are not valid.</exception>
    /// <exception cref="SsPolicyException">The policy cannot be used; every finding has been logged.</exception>
    public static LocalContext Make(IServiceProvider services, string name)
    {
        var given = services.GetRequiredService<IOptionsMonitor<SecureStreamsOptions>>().Get(name);
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var options = given.ToContextOptions(loggers);
        try
        {
            if (given.Model is { } model)
                return new LocalContext(model, options);
            if (given.PolicyJson is not { } json)
                return SsContext.FromFiles([.. given.OverlayFiles.Prepend(given.PolicyFile!).Select(path => Locate(services, path))], options);

            // Files lie between the text and the other overlays, as they do over a file.
            return SsContextExtensions.FromDocuments(
                [PolicyDocument.FromJson(json, "policy"), .. given.OverlayFiles.Select(path => SsContextExtensions.ReadDocument(Locate(services, path)))],
                options);
        }
        catch (SsPolicyException error)
        {
            // A line each, since hosts show the exception with its stack, in which they would drown.
            var logger = loggers.CreateLogger("SecureStreams.Hosting");
            foreach (var line in error.Diagnostics.Count > 0 ? error.Diagnostics : [error.Message])
                HostingLog.PolicyRefused(logger, line);
            throw;
        }
    }

    private static string Locate(IServiceProvider services, string path) =>
        services.GetService<IHostEnvironment>() is { ContentRootPath: { Length: > 0 } root } ? Path.Combine(root, path) : path;
}
