using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

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
        var options = given.ToContextOptions(services, Locate);
        try
        {
            var context = given.ToLayers(Locate) is { } layers ? SsContextExtensions.FromLayers(layers, options) : new LocalContext(given.Model!, options);
            context.EndsWith(new SettingsReload(services, name, context, given, Locate, loggers.CreateLogger("SecureStreams.Hosting")));
            return context;
        }
        catch (SsPolicyException error)
        {
            // A line each, since hosts show the exception with its stack, in which they would drown.
            var logger = loggers.CreateLogger("SecureStreams.Hosting");
            foreach (var line in error.Diagnostics.Count > 0 ? error.Diagnostics : [error.Message])
                HostingLog.PolicyRefused(logger, line);
            throw;
        }

        string Locate(string path) => services.GetService<IHostEnvironment>() is { ContentRootPath: { Length: > 0 } root } ? Path.Combine(root, path) : path;
    }
}
