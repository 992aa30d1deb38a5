using Polly;
using Polly.Retry;
using SecureStreams.Core;

namespace SecureStreams.Integration.Http;

/// <summary>The pipeline that repeats attempts of requests, with the delays that they ask for.</summary>
internal static class RequestPipeline
{
    /// <summary>Makes one on a clock.</summary>
    public static ResiliencePipeline<AttemptOutcome> Create(TimeProvider time) =>
        new ResiliencePipelineBuilder<AttemptOutcome> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<AttemptOutcome>
            {
                // How many is the policy's business and was decided when the attempt failed.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Result.RetryDelay is not null),
                DelayGenerator = static args => ValueTask.FromResult(args.Outcome.Result.RetryDelay),
            })
            .Build();
}
