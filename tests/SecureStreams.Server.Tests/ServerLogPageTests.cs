using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Approval;

namespace SecureStreams.Server.Tests;

/// <summary>The table of log messages in docs/servers.md is made from those that exist.</summary>
public sealed class ServerLogPageTests
{
    [Fact]
    public void The_log_messages_of_the_page_are_those_of_listeners_each_with_an_id_of_its_own()
    {
        var messages = typeof(SsServerExtensions).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(static method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(static message => message.EventId)
            .ToList();
        Assert.All(messages, static message => Assert.InRange(message.EventId, 4100, 4199));
        Assert.Equal(messages.Count, messages.Select(static message => message.EventId).Distinct().Count());

        var text = new StringBuilder("| Id | Level | Event | Line |\n|---|---|---|---|\n");
        foreach (var message in messages)
            text.Append($"| {message.EventId} | {message.Level} | {message.EventName} | `{message.Message}` |\n");
        Approved.Section(text.ToString(), "docs/servers.md", "logs");
    }
}
